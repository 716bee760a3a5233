package dev.cometlog.cli;

import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.RetrySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the forward commands have in common.
final class ForwardOptions {

    @Mixin
    private LogDirectory log;

    @Option(
            names = {"-s", "--stream"},
            paramLabel = "STREAM",
            required = true,
            description = "A stream, a shard by its full name, or what begins like a pattern that ends with *;"
                    + " may be given several times.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            required = true,
            description = "The group to forward for: one for each destination.")
    private String group;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "earliest",
            converter = From.Converter.class,
            description = "Where a group that is new begins: " + From.FORMS + ". Default: ${DEFAULT-VALUE}.")
    private From from;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Entries of one batch, at most. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "16",
            description = "Shards that are sent at a time. Default: ${DEFAULT-VALUE}.")
    private int parallel;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            defaultValue = "0",
            converter = StreamOptions.Bytes.class,
            description = "Payload bytes a second, at most, such as 1MiB. Default: no limit.")
    private long rate;

    @Option(
            names = "--skip-older",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = StreamOptions.Time.class,
            description = "Skip entries that are older than this when their turn comes. Default: never.")
    private Duration skipOlder;

    @Option(
            names = "--live-first",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = StreamOptions.Time.class,
            description = "Once unsent entries are older than this, send fresh ones first and those beside them."
                    + " Default: never, so that the order of a shard is kept.")
    private Duration liveFirst;

    @Option(
            names = "--initial-interval",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = StreamOptions.Time.class,
            description = "The wait after a first failure. Default: ${DEFAULT-VALUE}.")
    private Duration initialInterval;

    @Option(
            names = "--max-interval",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = StreamOptions.Time.class,
            description = "The longest wait between attempts. Default: ${DEFAULT-VALUE}.")
    private Duration maxInterval;

    @Option(
            names = "--multiplier",
            paramLabel = "X",
            defaultValue = "1.5",
            description = "How much longer each wait is than the one before. Default: ${DEFAULT-VALUE}.")
    private double multiplier;

    @Option(
            names = "--max-elapsed-time",
            paramLabel = "TIME",
            defaultValue = "300s",
            converter = StreamOptions.Time.class,
            description = "With --dead-letter or --skip: how long a batch is tried before it is given up as if it had"
                    + " been rejected; 0s is never. Default: ${DEFAULT-VALUE}.")
    private Duration maxElapsedTime;

    @ArgGroup
    private @Nullable GivenUp givenUp;

    LogDirectory log() {
        return log;
    }

    List<String> streams() {
        return streams;
    }

    String group() {
        return group;
    }

    ForwarderOptions forwarderOptions() {
        ForwarderOptions.Builder builder = ForwarderOptions.builder()
                .batchSize(batch)
                .parallelism(parallel)
                .startAt(from.seek())
                .bytesPerSecond(rate)
                .maxAge(skipOlder)
                .liveFirst(liveFirst)
                .retry(RetrySettings.DEFAULT
                        .withInitialInterval(initialInterval)
                        .withMaxInterval(maxInterval)
                        .withMultiplier(multiplier)
                        .withMaxElapsedTime(maxElapsedTime))
                .onGap(gap -> System.err.println("comet: gap: offsets " + gap.from() + " to " + (gap.to() - 1)
                        + " of shard " + gap.shard() + " are not there: " + gap.reason()));
        streams.forEach(builder::stream);
        if (givenUp != null) {
            builder.onReject(givenUp.choice());
        }
        return builder.build();
    }
}
