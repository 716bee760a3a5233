package dev.cometlog.cli;

import dev.cometlog.Comet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes entries of a stream to a file or to standard output, in the order of time.
@Command(
        name = "export",
        description = {
            "Write the entries of a stream to a file or to standard output, in the order of time.",
            "A file appears when it is complete; comet import reads ndjson back."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 done, 1 damaged entries were left out, 2 an error.%n%nExamples:%n",
        footer = {
            "  comet export events:v1 --file events.ndjson",
            "  comet export events:v1 --from -1h --until -30m --format raw",
            "  comet export events:v1 --match ERROR | gzip > errors.ndjson.gz"
        })
final class ExportCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private MatchOption match;

    private final GapReport gaps = new GapReport();

    @Parameters(paramLabel = "STREAM", description = "The stream to read.")
    private String stream;

    @Option(names = "--shard", paramLabel = "N", description = "Only this shard.")
    private @Nullable Integer shard;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "earliest",
            converter = From.Converter.class,
            description = "Where to begin: " + From.FORMS + ". Default: ${DEFAULT-VALUE}.")
    private From from;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Leave out what was appended then or later: a time or an age, as for --from.")
    private @Nullable String until;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "ndjson",
            description = "ndjson: an object a line. raw: the payload and a line feed. Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Write to this file, which is replaced if it exists; standard output unless given.")
    private @Nullable Path file;

    private enum Format {
        ndjson,
        raw
    }

    @Override
    public Integer call() throws IOException {
        long end = end();
        try (Comet comet = log.openToRead()) {
            var reader = new StreamReader();
            reader.add(Names.stream(comet, stream), shard, from, gaps::gap);
            if (file == null) {
                try (Output output = Output.standard()) {
                    long _ = write(reader, output, end);
                }
            } else {
                toFile(reader, file, end);
            }
        }
        return gaps.exitCode();
    }

    /// Only a time can end what is in the order of time.
    private long end() {
        if (until == null) {
            return Long.MAX_VALUE;
        }
        if (From.parse(until, Instant.now(), ZoneId.systemDefault()) instanceof From.Time(Instant time)) {
            return ChronoUnit.MICROS.between(Instant.EPOCH, time);
        }
        throw new IllegalArgumentException("--until needs a time or an age such as -10m: " + until);
    }

    private long write(StreamReader reader, Output output, long end) {
        EntryPrinter printer =
                new EntryPrinter(output, stream, format == Format.raw ? EntryFormat.raw : EntryFormat.json);
        long count = 0;
        reader.refresh();
        for (StoredEntry entry = reader.next(); entry != null && entry.timestampMicros() < end; entry = reader.next()) {
            if (match.matches(entry)) {
                printer.print(entry);
                count++;
            }
        }
        return count;
    }

    /// Under another name first, so that whoever finds the file finds all of it.
    private void toFile(StreamReader reader, Path target, long end) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        long count;
        try (OutputStream out = Files.newOutputStream(part);
                Output output = new Output(out)) {
            count = write(reader, output, end);
        } catch (IOException | RuntimeException | Error e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        System.err.println("comet: " + count + " entries written to " + target);
    }
}
