package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists, makes and changes streams.
@Command(
        name = "streams",
        description = "List the streams of a log, each with its number of shards; make one; change its settings.",
        mixinStandardHelpOptions = true,
        subcommands = {StreamsCommand.Create.class, StreamsCommand.Alter.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet streams",
            "  comet streams create orders:v1 --shards 4 --max-age 24h",
            "  comet streams alter orders:v1 --max-shard-bytes 256MiB"
        })
final class StreamsCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Override
    public Integer call() {
        try (Comet comet = log.openToRead();
                Output output = Output.standard()) {
            for (String name : comet.streams()) {
                output.line(name + "\t" + comet.stream(name).shardCount());
            }
        }
        return ExitCode.OK;
    }

    /// Makes a stream.
    @Command(
            name = "create",
            description = "Make a stream. The number of its shards is fixed for ever.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  comet streams create orders:v1 --shards 4 --max-age 24h --segment-bytes 16MiB"})
    static final class Create implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Mixin
        private StreamOptions settings;

        @Parameters(paramLabel = "STREAM", description = "Its name.")
        private String stream;

        @Option(names = "--shards", paramLabel = "N", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
        private int shards;

        @Override
        public Integer call() {
            try (Comet comet = log.openToWrite(settings::applyTo)) {
                if (comet.streams().contains(stream)) {
                    throw new CommandFailure("stream \"" + stream + "\" is there already; see comet streams alter");
                }
                comet.stream(stream, shards);
            }
            return ExitCode.OK;
        }
    }

    /// Changes a stream's settings.
    @Command(
            name = "alter",
            description =
                    "Change settings of a stream: all but the number of its shards. Every process takes them over.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  comet streams alter orders:v1 --max-age 8h"})
    static final class Alter implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Mixin
        private StreamOptions settings;

        @Parameters(paramLabel = "STREAM", description = "Its name.")
        private String stream;

        @Override
        public Integer call() {
            if (settings.isEmpty()) {
                throw new IllegalArgumentException("nothing to change: give at least one setting");
            }
            log.existing();
            try (Comet comet = log.openToWrite(settings::applyTo)) {
                // Settings that a process sets are stored with each stream that it uses.
                comet.stream(stream);
            } catch (CometException.UnknownStream e) {
                throw new CommandFailure(String.valueOf(e.getMessage()), e);
            }
            return ExitCode.OK;
        }
    }
}
