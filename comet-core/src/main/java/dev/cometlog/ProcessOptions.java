package dev.cometlog;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

/// How `process` goes about its work. Listeners are called on the threads that handle deliveries.
///
/// @param streams patterns; none means every stream but those of dead letters
/// @param shards shard numbers; none means all
/// @param assignmentId this worker's number in a fixed split
/// @param assignmentTotal the workers of the fixed split; 0 means that live members share the shards
/// @param batchSize entries of one delivery, at most
/// @param pollInterval the longest wait before new entries are looked for
/// @param discoveryInterval how often new streams and shards are looked for
/// @param autoAck whether a delivery is acknowledged when its handler returns
/// @param startAt where a group that is new begins in streams that exist
/// @param maxRetries further attempts after the first
/// @param retryDelay the wait before the second attempt, doubled for each further one up to 30 s, with
///     jitter; one that is longer than that stays as it is
/// @param onExhausted what happens when the attempts are used up
/// @param onError is told of every error and which attempt it was, from 1
/// @param onBatch is told of every delivery that was handled
/// @param onGap is told of what will never be delivered
/// @param parallelism how many shards are handled at a time
public record ProcessOptions(
        List<String> streams,
        List<Integer> shards,
        int assignmentId,
        int assignmentTotal,
        int batchSize,
        Duration pollInterval,
        Duration discoveryInterval,
        boolean autoAck,
        Seek startAt,
        int maxRetries,
        Duration retryDelay,
        Exhausted onExhausted,
        ObjIntConsumer<Throwable> onError,
        BatchListener onBatch,
        GapVisitor onGap,
        int parallelism) {

    /// Is told of a delivery that was handled.
    @FunctionalInterface
    public interface BatchListener {
        void batch(int size, Duration took);
    }

    /// Use [#builder()].
    public ProcessOptions {
        streams = List.copyOf(streams);
        shards = List.copyOf(shards);
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Collects settings; each has a default.
    public static final class Builder {
        private final List<String> streams = new ArrayList<>();
        private List<Integer> shards = List.of();
        private int assignmentId;
        private int assignmentTotal;
        private int batchSize = 100;
        private Duration pollInterval = Duration.ofMillis(50);
        private Duration discoveryInterval = Duration.ofSeconds(5);
        private boolean autoAck = true;
        private Seek startAt = Seek.earliest();
        private int maxRetries = 3;
        private Duration retryDelay = Duration.ofSeconds(1);
        private Exhausted onExhausted = Exhausted.stop();
        private ObjIntConsumer<Throwable> onError = (error, attempt) -> {};
        private BatchListener onBatch = (size, took) -> {};
        private GapVisitor onGap = GapVisitor.ignore();
        private int parallelism = 1;

        private Builder() {}

        /// Processes a stream by its name (`events:v1`), a shard by its full name (`events:v1:shard:0007`), or all
        /// shards whose full names begin like a pattern that ends with `*` (`events:v1:shard:*`, `events:*`).
        /// Several calls add up. Default: every stream but those of dead letters.
        public Builder stream(String pattern) {
            int star = requireNonNull(pattern, "stream").indexOf('*');
            if (pattern.isEmpty() || (star >= 0 && star != pattern.length() - 1)) {
                throw new IllegalArgumentException(
                        "stream must be a name, or a pattern with one '*' at its end: stream=\"" + pattern + "\"");
            }
            streams.add(pattern);
            return this;
        }

        /// Processes these shards only. Default: all.
        public Builder shards(int... numbers) {
            for (int number : requireNonNull(numbers, "shards")) {
                require(number >= 0, "shards", "not negative", number);
            }
            shards = IntStream.of(numbers).sorted().distinct().boxed().toList();
            return this;
        }

        /// Processes the shards whose number leaves the remainder `id` when divided by `total`, whoever else is
        /// there. Default: live members of the group share the shards.
        public Builder assignment(int id, int total) {
            if (total < 1 || id < 0 || id >= total) {
                throw new IllegalArgumentException("assignment needs 0 <= id < total: id=" + id + ", total=" + total);
            }
            assignmentId = id;
            assignmentTotal = total;
            return this;
        }

        /// Default 100.
        public Builder batchSize(int value) {
            require(value >= 1 && value <= 1_000_000, "batchSize", "between 1 and 1000000", value);
            batchSize = value;
            return this;
        }

        /// Default 50 ms.
        public Builder pollInterval(Duration value) {
            pollInterval = positive("pollInterval", value);
            return this;
        }

        /// Default 5 s.
        public Builder discoveryInterval(Duration value) {
            discoveryInterval = positive("discoveryInterval", value);
            return this;
        }

        /// Default true. If false, handlers acknowledge by [Delivery#ack()] or [CometConsumer#ack(EntryId)].
        public Builder autoAck(boolean value) {
            autoAck = value;
            return this;
        }

        /// Default earliest. A group that exists goes on where it is; in streams that appear later a new group
        /// begins at the earliest entry.
        public Builder startAt(Seek value) {
            startAt = requireNonNull(value, "startAt");
            return this;
        }

        /// Default 3.
        public Builder maxRetries(int value) {
            require(value >= 0, "maxRetries", "not negative", value);
            maxRetries = value;
            return this;
        }

        /// Default 1 s.
        public Builder retryDelay(Duration value) {
            retryDelay = positive("retryDelay", value);
            return this;
        }

        /// Default [Exhausted#stop()].
        public Builder onExhausted(Exhausted value) {
            onExhausted = requireNonNull(value, "onExhausted");
            return this;
        }

        public Builder onError(ObjIntConsumer<Throwable> value) {
            onError = requireNonNull(value, "onError");
            return this;
        }

        public Builder onBatch(BatchListener value) {
            onBatch = requireNonNull(value, "onBatch");
            return this;
        }

        public Builder onGap(GapVisitor value) {
            onGap = requireNonNull(value, "onGap");
            return this;
        }

        /// Default 1: deliveries are handled by the thread that called `process`. Above it by so many virtual
        /// threads, so that a slow shard holds up no other.
        public Builder parallelism(int value) {
            require(value >= 1 && value <= 1024, "parallelism", "between 1 and 1024", value);
            parallelism = value;
            return this;
        }

        private static Duration positive(String name, Duration value) {
            boolean positive = !requireNonNull(value, name).isNegative() && !value.isZero();
            require(positive && value.compareTo(Duration.ofDays(1)) <= 0, name, "positive and at most a day", value);
            return value;
        }

        private static void require(boolean holds, String name, String what, Object value) {
            if (!holds) {
                throw new IllegalArgumentException(name + " must be " + what + ": " + name + "=" + value);
            }
        }

        public ProcessOptions build() {
            return new ProcessOptions(
                    streams,
                    shards,
                    assignmentId,
                    assignmentTotal,
                    batchSize,
                    pollInterval,
                    discoveryInterval,
                    autoAck,
                    startAt,
                    maxRetries,
                    retryDelay,
                    onExhausted,
                    onError,
                    onBatch,
                    onGap,
                    parallelism);
        }
    }
}
