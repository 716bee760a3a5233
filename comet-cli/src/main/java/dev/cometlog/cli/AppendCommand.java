package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometStream;
import dev.cometlog.internal.format.FrameDescriptor;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Appends lines.
@Command(
        name = "append",
        description = {
            "Append each line of standard input, or of files, as an entry.",
            "A line ends at its line feed, which is not kept; every other byte is. Without --key and --shard all "
                    + "lines of one call go to one shard, so that cat prints them in the order they had."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 done, 2 an error; what was appended before it stays.%n%nExamples:%n",
        footer = {
            "  comet append system:v1 /var/log/syslog",
            "  journalctl -f | comet append system:v1 --key \"$(hostname)\"",
            "  comet append orders:v1 --shards 4 --batch 1000 --codec zstd < orders.ndjson"
        })
final class AppendCommand implements Callable<Integer> {
    private static final Path STANDARD_INPUT = Path.of("-");

    @Mixin
    private LogDirectory log;

    @Parameters(index = "0", paramLabel = "STREAM", description = "The stream, which is made if there is none.")
    private String stream;

    @Parameters(index = "1..*", paramLabel = "FILE", description = "Files to read; - or none is standard input.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--key", paramLabel = "KEY", description = "The key that picks the shard of every line.")
    private @Nullable String key;

    @Option(names = "--shard", paramLabel = "N", description = "The shard of every line.")
    private @Nullable Integer shard;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Lines that become visible together; the last batch may have fewer. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "The shards of a stream that is made (16 unless given); an existing one must have as many.")
    private @Nullable Integer shards;

    @Option(
            names = "--codec",
            paramLabel = "CODEC[:LEVEL]",
            description = {
                "Stored with the stream: what compresses new entries, such as zstd or zstd:9; none is nothing. "
                        + "Compresses batches of 1 KiB or more, so --batch belongs to it."
            },
            converter = CodecOption.Converter.class)
    private @Nullable CodecOption codec;

    private long appended;

    /// Where lines go to.
    private interface Target {
        void append(List<byte[]> lines);
    }

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw new IllegalArgumentException("--batch must be at least 1: " + batch);
        }
        if (key != null && shard != null) {
            throw new IllegalArgumentException("--key and --shard exclude each other");
        }
        for (Path file : files) {
            // All are looked at first, so that a mistyped name does not leave half the work done.
            if (!file.equals(STANDARD_INPUT)) {
                Streams.checkReadable(file);
            }
        }
        Streams.check(log.path(), stream, shards, shard);
        try (Comet comet = log.openToWrite(this::configure);
                var progress = new Progress()) {
            Target target = target(Streams.forAppend(comet, stream, shards, shard));
            if (files.isEmpty()) {
                appendFrom(STANDARD_INPUT, target, progress);
            }
            for (Path file : files) {
                appendFrom(file, target, progress);
            }
        }
        return ExitCode.OK;
    }

    private void configure(CometConfig.Builder config) {
        if (codec != null) {
            config.codec(stream, codec.name(), codec.level());
        }
    }

    private Target target(CometStream to) {
        if (key != null) {
            String by = key;
            return lines -> {
                if (lines.size() == 1) {
                    to.append(by, lines.getFirst());
                } else {
                    to.append(by, lines);
                }
            };
        }
        int number = shard != null ? shard : ThreadLocalRandom.current().nextInt(to.shardCount());
        var one = to.shard(number);
        return lines -> {
            if (lines.size() == 1) {
                one.append(lines.getFirst());
            } else {
                one.append(lines);
            }
        };
    }

    private void appendFrom(Path file, Target target, Progress progress) throws IOException {
        try (InputStream input =
                file.equals(STANDARD_INPUT) ? new FileInputStream(FileDescriptor.in) : Files.newInputStream(file)) {
            var lines = new Lines(input, FrameDescriptor.MAX_BODY_LENGTH);
            List<byte[]> pending = new ArrayList<>();
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                pending.add(line);
                if (pending.size() == batch) {
                    flush(pending, target, progress);
                }
            }
            if (!pending.isEmpty()) {
                flush(pending, target, progress);
            }
        }
    }

    private void flush(List<byte[]> pending, Target target, Progress progress) {
        target.append(pending);
        appended += pending.size();
        pending.clear();
        progress.show("%,d entries appended".formatted(appended));
    }
}
