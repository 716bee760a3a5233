package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.internal.log.DirectorySettings;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "  comet streams -o json",
            "  comet streams create orders:v1 --shards 4 --max-age 24h",
            "  comet streams alter orders:v1 --max-shard-bytes 256MiB"
        })
final class StreamsCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private OutputOption format;

    /// One line.
    record Listed(String stream, int shards) {}

    @Override
    public Integer call() {
        try (Comet comet = log.openToRead();
                Output output = Output.standard()) {
            List<Listed> streams = comet.streams().stream()
                    .map(name -> new Listed(name, comet.stream(name).shardCount()))
                    .toList();
            if (format.isJson()) {
                RecordJson.print(output, streams);
            } else {
                streams.forEach(stream -> output.line(stream.stream() + "\t" + stream.shards()));
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

        @Mixin
        private BoundsOptions bounds;

        @Parameters(paramLabel = "STREAM", description = "Its name.")
        private String stream;

        @Option(names = "--shards", paramLabel = "N", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
        private int shards;

        @Override
        public Integer call() {
            // Refused before anything is made, a new log above all.
            DirectorySettings.check(bounds.given());
            Streams.check(stream, shards, settings.given());
            try (OpenLog open = log.openToChange()) {
                if (open.log().streamNames().contains(stream)) {
                    throw new CommandFailure("stream \"" + stream + "\" is there already; see comet streams alter");
                }
                open.log().create(stream, shards, settings.given());
                if (!bounds.given().isEmpty()) {
                    open.log().alterBounds(bounds.given());
                }
            }
            return ExitCode.OK;
        }
    }

    /// Changes a stream's settings.
    @Command(
            name = "alter",
            description =
                    "Change settings of a stream, all but the number of its shards, or bounds of the whole directory. "
                            + "Processes that have the log open take them over at their next roll or within a minute.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  comet streams alter orders:v1 --max-age 24h --max-shard-bytes 256MiB --overflow drop-oldest",
                "  comet streams alter --max-total-bytes 8GiB --min-free-bytes 1GiB"
            })
    static final class Alter implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Mixin
        private StreamOptions settings;

        @Mixin
        private BoundsOptions bounds;

        @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Its name; not needed for the bounds alone.")
        private @Nullable String stream;

        @Override
        public Integer call() {
            SortedMap<String, String> given = settings.given();
            if (given.isEmpty() && bounds.given().isEmpty()) {
                throw new IllegalArgumentException("nothing to change: give at least one setting");
            }
            String name = stream;
            if (name == null && !given.isEmpty()) {
                throw new IllegalArgumentException("which stream? " + given.keySet() + " are settings of one");
            }
            log.existing();
            DirectorySettings.check(bounds.given());
            try (OpenLog open = log.openToChange()) {
                if (name != null) {
                    open.stream(name);
                    open.log().alter(name, given);
                }
                if (!bounds.given().isEmpty()) {
                    open.log().alterBounds(bounds.given());
                }
            }
            return ExitCode.OK;
        }
    }
}
