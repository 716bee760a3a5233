package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.CometStats;
import dev.cometlog.internal.log.ShardCounters.Counter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads from a shard's files what [CometStats] tells of it. Changes nothing.
public final class ShardStats {
    private final ShardView view;
    private final ShardState state;

    public ShardStats(ShardView view) {
        this.view = view;
        this.state = view.state();
    }

    /// What there is to tell of the shard now.
    ///
    /// @param groups what the groups do with the shard
    public CometStats.OfShard read(List<CometStats.OfGroup> groups) {
        // The end is read last: what was deleted or lost by then is below it.
        long start = state.startOffset();
        CometStats.Gone gone = gone();
        long durable = state.durableOffset();
        long end = state.endOffset();
        try {
            return new CometStats.OfShard(
                    view.id().shard(),
                    start,
                    durable,
                    end,
                    state.poison() != 0,
                    kept(start, end, gone.lost() > 0),
                    appends(end),
                    syncs(),
                    gone,
                    new CometStats.Compression(
                            state.counters().get(Counter.COMPRESSED_FROM),
                            state.counters().get(Counter.COMPRESSED_TO),
                            Duration.ofNanos(state.counters().get(Counter.COMPRESS_NANOS))),
                    groups,
                    Optional.empty());
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot read " + view.id() + ": " + e.getMessage(), e);
        }
    }

    /// What is told of a shard that cannot be opened.
    public static CometStats.OfShard unreadable(int shard, CometException problem) {
        return new CometStats.OfShard(
                shard,
                0,
                0,
                0,
                false,
                new CometStats.Kept(0, 0, 0, Optional.empty(), Optional.empty()),
                new CometStats.Appends(0, 0, 0, 0, 0, Duration.ZERO, 0, 0, 0, 0, 0),
                new CometStats.Syncs(0, 0, Duration.ZERO, Duration.ZERO, List.of(), Optional.empty()),
                new CometStats.Gone(0, 0, 0, 0, 0),
                new CometStats.Compression(0, 0, Duration.ZERO),
                List.of(),
                Optional.of(String.valueOf(problem.getMessage())));
    }

    private CometStats.Kept kept(long start, long end, boolean hasHoles) throws IOException {
        long[] bases = view.segments().bases();
        long entries = Math.max(0, end - start) - (hasHoles ? holes(bases, start) : 0);
        int first = Math.max(0, floor(bases, start));
        return new CometStats.Kept(
                entries,
                Math.max(0, bases.length - first),
                new DirectoryCount(view.storage()).present(view.paths().directory()),
                entries == 0 ? Optional.empty() : oldest(),
                entries == 0 ? Optional.empty() : instant(state.lastTimestamp()));
    }

    private static int floor(long[] bases, long offset) {
        int found = Arrays.binarySearch(bases, offset);
        return found >= 0 ? found : -found - 2;
    }

    /// Offsets at or above `start` that were jumped over.
    private long holes(long[] bases, long start) throws IOException {
        long holes = 0;
        for (long base : bases) {
            Segment segment =
                    base <= start ? null : view.segments().acquire(base).orElse(null);
            if (segment != null) {
                holes += Math.max(0, base - Math.max(segment.header().previousEnd(), start));
                segment.release();
            }
        }
        return holes;
    }

    private Optional<Instant> oldest() {
        try {
            OptionalLong micros = new SegmentTimes(view).oldestTimestamp();
            return micros.isPresent() ? instant(micros.getAsLong()) : Optional.empty();
        } catch (CometException.MissingCodec e) {
            // Health names it; the rest can be told without.
            return Optional.empty();
        }
    }

    private CometStats.Appends appends(long end) {
        return new CometStats.Appends(
                end - state.counters().get(Counter.LOST),
                state.counters().get(Counter.BYTES),
                state.counters().get(Counter.BATCHES),
                state.counters().get(Counter.ROLLS),
                state.counters().get(Counter.STALLS),
                Duration.ofNanos(state.counters().get(Counter.STALL_NANOS)),
                state.counters().get(Counter.LOCK_WAITS),
                state.counters().get(Counter.BUSY),
                state.counters().get(Counter.REFUSED),
                state.counters().get(Counter.TAKE_OVERS),
                state.counters().get(Counter.RECOVERIES));
    }

    private CometStats.Syncs syncs() {
        return new CometStats.Syncs(
                state.counters().get(Counter.SYNCS),
                state.counters().get(Counter.SYNC_FAILURES),
                Duration.ofNanos(state.counters().get(Counter.SYNC_NANOS)),
                Duration.ofNanos(state.counters().get(Counter.LONGEST_SYNC_NANOS)),
                Arrays.stream(state.syncTimes().counts()).boxed().toList(),
                instant(state.counters().get(Counter.LAST_SYNC_MICROS)));
    }

    private CometStats.Gone gone() {
        return new CometStats.Gone(
                state.counters().get(Counter.EXPIRED),
                state.counters().get(Counter.DROPPED),
                state.counters().get(Counter.LOST),
                state.counters().get(Counter.DAMAGED),
                state.counters().get(Counter.DAMAGED_PLACES));
    }

    /// Empty for 0: nothing has happened yet.
    public static Optional<Instant> instant(long epochMicros) {
        return epochMicros == 0 ? Optional.empty() : Optional.of(Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS));
    }
}
