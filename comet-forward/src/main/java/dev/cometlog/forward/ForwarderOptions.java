package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Exhausted;
import dev.cometlog.GapVisitor;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How a [Forwarder] goes about its work.
///
/// @param streams patterns as in [ProcessOptions.Builder#stream(String)]; none means every stream but those of dead
///     letters
/// @param batchSize entries of one batch, at most; a batch of about 1 MiB is full too
/// @param parallelism how many shards are sent at a time
/// @param startAt where a group that is new begins
/// @param retry how a batch that could not be sent is tried again
/// @param onReject what happens to an entry that the destination will never take
/// @param bytesPerSecond payload bytes sent per second, at most; 0 is no limit
/// @param maxAge entries that are older when their turn comes are skipped and counted; zero is never
/// @param liveFirst how old the oldest unsent entry of a shard may become before fresh entries go first; zero is off
/// @param onGap is told of what will never be delivered
public record ForwarderOptions(
        List<String> streams,
        int batchSize,
        int parallelism,
        Seek startAt,
        RetrySettings retry,
        Exhausted onReject,
        long bytesPerSecond,
        Duration maxAge,
        Duration liveFirst,
        GapVisitor onGap) {

    /// Use [#builder()].
    public ForwarderOptions {
        streams = List.copyOf(streams);
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Whether an entry may be given up at all.
    boolean mayGiveUp() {
        return !(onReject instanceof Exhausted.Stop);
    }

    /// Collects settings; each has a default.
    public static final class Builder {
        private final List<String> streams = new ArrayList<>();
        private int batchSize = 5_000;
        private int parallelism = 16;
        private Seek startAt = Seek.earliest();
        private RetrySettings retry = RetrySettings.DEFAULT;
        private Exhausted onReject = Exhausted.stop();
        private long bytesPerSecond;
        private Duration maxAge = Duration.ZERO;
        private Duration liveFirst = Duration.ZERO;
        private GapVisitor onGap = GapVisitor.ignore();

        private Builder() {}

        /// Forwards a stream, a shard, or what begins like a pattern, see
        /// [ProcessOptions.Builder#stream(String)]. Several calls add up. Default: every stream but those of
        /// dead letters.
        public Builder stream(String pattern) {
            streams.add(requireNonNull(pattern, "stream"));
            return this;
        }

        /// Default 5000.
        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        /// Default 16. A shard that waits for a retry keeps its place, so this is best the number of shards.
        public Builder parallelism(int value) {
            parallelism = value;
            return this;
        }

        /// Default earliest.
        public Builder startAt(Seek value) {
            startAt = requireNonNull(value, "startAt");
            return this;
        }

        /// Default [RetrySettings#DEFAULT].
        public Builder retry(RetrySettings value) {
            retry = requireNonNull(value, "retry");
            return this;
        }

        /// Default [Exhausted#stop()]: the forwarder ends with an error, and nothing that was not sent is
        /// acknowledged; nothing is ever given up for its age in retries, [RetrySettings#maxElapsedTime()] or
        /// not. The other choices apply to rejected entries and to those retried for longer than that.
        public Builder onReject(Exhausted value) {
            onReject = requireNonNull(value, "onReject");
            return this;
        }

        /// Default 0, no limit.
        public Builder bytesPerSecond(long value) {
            if (value < 0) {
                throw new IllegalArgumentException("bytesPerSecond must not be negative: bytesPerSecond=" + value);
            }
            bytesPerSecond = value;
            return this;
        }

        /// Default zero: entries are sent however old they are.
        public Builder maxAge(Duration value) {
            maxAge = notNegative("maxAge", value);
            return this;
        }

        /// Default zero, off: a shard is sent in its order.
        ///
        /// Otherwise fresh entries are sent by a group of their own, called like this one with `.live` behind
        /// it. When one of its entries is older than `value`, it leaves what is there to this group, which
        /// sends it at the same time as far as there is room, and goes on with what is appended from then on.
        /// So the order of a shard is kept within each of the two, not between them. It needs the streams by
        /// their names, and one forwarder of the group at a time.
        public Builder liveFirst(Duration value) {
            liveFirst = notNegative("liveFirst", value);
            return this;
        }

        public Builder onGap(GapVisitor value) {
            onGap = requireNonNull(value, "onGap");
            return this;
        }

        private static Duration notNegative(String name, Duration value) {
            if (requireNonNull(value, name).isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative: " + name + "=" + value);
            }
            return value;
        }

        /// The options.
        ///
        /// @throws IllegalArgumentException naming a setting that is refused
        public ForwarderOptions build() {
            ForwarderOptions options = new ForwarderOptions(
                    streams,
                    batchSize,
                    parallelism,
                    startAt,
                    retry,
                    onReject,
                    bytesPerSecond,
                    maxAge,
                    liveFirst,
                    onGap);
            if (!liveFirst.isZero()
                    && (streams.isEmpty()
                            || streams.stream().anyMatch(name -> name.contains("*") || name.contains(":shard:")))) {
                throw new IllegalArgumentException(
                        "liveFirst needs the names of streams, no patterns or shards: streams=" + streams);
            }
            var _ = options.processOptions().build();
            return options;
        }
    }

    /// What a consumer is told of these.
    ProcessOptions.Builder processOptions() {
        ProcessOptions.Builder builder = ProcessOptions.builder()
                .batchSize(batchSize)
                .parallelism(parallelism)
                .startAt(startAt)
                // What can be tried again is tried again by the sender, which alone knows when; what comes out of it
                // is rejected: halved at once until the entry to blame is alone.
                .maxRetries(0)
                .autoAck(false)
                .onExhausted(onReject);
        streams.forEach(builder::stream);
        return builder;
    }
}
