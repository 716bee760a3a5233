package dev.cometlog.cli;

import dev.cometlog.forward.FileOptions;
import dev.cometlog.forward.FileSink;
import dev.cometlog.forward.NdjsonFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Forwards to a file that is put aside for a new one when it is large or old enough.
@Command(
        name = "file",
        description = "Write streams to a file as newline-delimited JSON; put it aside for a new one when it is full.",
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nA file that is put aside gets the time into its name: events-20260131T120000.000Z-0000.ndjson."
                        + "%n%nExamples:%n",
        footer = {
            "  comet forward file /mnt/archive/events.ndjson --stream events:v1 --group archive",
            "  comet forward file out.ndjson --stream 'events:*' --group archive --max-bytes 16MiB --keep 10"
        })
final class ForwardFileCommand implements Callable<Integer> {

    @Mixin
    private ForwardOptions options;

    @Parameters(paramLabel = "FILE", description = "The file to write.")
    private Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "envelope",
            converter = ForwardHttpCommand.Format.class,
            description = "envelope: an object with stream, shard, offset, timestamp and payload. payload: the payload,"
                    + " which should be JSON. Default: ${DEFAULT-VALUE}.")
    private NdjsonFormat format;

    @Option(
            names = "--max-bytes",
            paramLabel = "BYTES",
            defaultValue = "64MiB",
            converter = StreamOptions.Bytes.class,
            description = "Put a file aside before it grows larger. Default: ${DEFAULT-VALUE}.")
    private long maxBytes;

    @Option(
            names = "--max-file-age",
            paramLabel = "TIME",
            defaultValue = "1h",
            converter = StreamOptions.Time.class,
            description = "Put a file aside after so long. Default: ${DEFAULT-VALUE}.")
    private Duration maxFileAge;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many files that were put aside are kept. Default: all.")
    private int keep;

    @Override
    public Integer call() throws Exception {
        FileOptions settings = FileOptions.builder(file)
                .format(format)
                .maxBytes(maxBytes)
                .maxAge(maxFileAge)
                .keep(keep)
                .build();
        return ForwardRun.run(options, () -> new FileSink(settings));
    }
}
