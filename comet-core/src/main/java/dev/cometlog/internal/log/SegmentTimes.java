package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;

/// Answers questions about when entries were appended, and where the last so many begin.
///
/// Timestamps never decrease in a shard, so that bisection finds a time. Not thread-safe.
public final class SegmentTimes {
    private static final long FARTHEST_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;

    private final ShardView view;
    private final SegmentChain chain;
    private final ShardReader reader;

    public SegmentTimes(ShardView view) {
        this.view = view;
        this.chain = new SegmentChain(view);
        this.reader = ShardReader.ofTimes(view);
    }

    /// Microseconds since 1970, as near as they can be had: no entry is as old, or as young, as what has none.
    static long micros(Instant time) {
        long seconds = Math.clamp(time.getEpochSecond(), -FARTHEST_SECONDS, FARTHEST_SECONDS);
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.ofEpochSecond(seconds, time.getNano()));
    }

    /// The first offset whose entry was appended at `time` or later; the end offset if there is none yet.
    public long offsetAt(Instant time) {
        return offsetAt(micros(time));
    }

    /// Like [#offsetAt(Instant)], of microseconds since 1970.
    long offsetAt(long epochMicros) {
        long end = view.state().endOffset();
        long from =
                Math.clamp(hintBefore(epochMicros, end), Math.min(view.state().startOffset(), end), end);
        long[] found = {end};
        reader.seek(from);
        var _ = reader.scan(
                Integer.MAX_VALUE,
                Verify.CRC,
                (offset, timestamp, memory, position, length) -> {
                    if (timestamp >= epochMicros) {
                        found[0] = offset;
                    }
                    return timestamp < epochMicros;
                },
                GapVisitor.ignore());
        return found[0];
    }

    /// An offset close before the first one at that time.
    private long hintBefore(long epochMicros, long end) {
        try {
            long[] bases = chain.refreshed();
            int low = 0;
            int high = bases.length - 1;
            long hint = 0;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                Segment segment = view.segments().acquire(bases[middle]).orElse(null);
                if (segment == null) {
                    // Gone or unusable: nothing can be said from it, so its neighbour below decides.
                    high = middle - 1;
                    continue;
                }
                try {
                    if (segment.header().baseTimestamp() < epochMicros && bases[middle] < end) {
                        hint = hintIn(segment, epochMicros, end);
                        low = middle + 1;
                    } else {
                        high = middle - 1;
                    }
                } finally {
                    segment.release();
                }
            }
            return hint;
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot read " + view.id() + ": " + e.getMessage(), e);
        }
    }

    private static long hintIn(Segment segment, long epochMicros, long end) {
        long base = segment.baseOffset();
        int slot = segment.index().lowerTime(epochMicros - segment.header().baseTimestamp(), segment.capacity());
        long hint = slot < 0 ? base : base + segment.index().relativeOffset(slot);
        // A slot of a batch that is not published yet.
        return hint < end ? hint : base;
    }

    /// Where to start to read the last `count` entries, as far as they are kept.
    public long recentStart(int count) {
        long end = view.state().endOffset();
        long start = Math.min(view.state().startOffset(), end);
        try {
            long[] bases = chain.refreshed();
            long upper = end;
            long missing = count;
            for (int i = bases.length - 1; i >= 0 && missing > 0; i--) {
                Segment segment =
                        bases[i] <= upper ? view.segments().acquire(bases[i]).orElse(null) : null;
                if (segment == null) {
                    continue;
                }
                segment.release();
                if (upper - bases[i] >= missing) {
                    return Math.max(upper - missing, start);
                }
                missing -= upper - bases[i];
                // Offsets between the two were jumped over and name no entries.
                upper = segment.header().previousEnd();
            }
            return missing <= 0 ? Math.clamp(upper, start, end) : start;
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot read " + view.id() + ": " + e.getMessage(), e);
        }
    }

    /// When the oldest entry that is kept was appended, in microseconds since 1970; empty if there is none.
    public OptionalLong oldestTimestamp() {
        return timestampFrom(Math.min(view.state().startOffset(), view.state().endOffset()));
    }

    /// When the newest entry was appended, in microseconds since 1970; empty if none is kept.
    public OptionalLong newestTimestamp() {
        return timestampFrom(recentStart(1));
    }

    private OptionalLong timestampFrom(long from) {
        long[] found = {0};
        reader.seek(from);
        int read = reader.scan(
                1,
                Verify.CRC,
                (offset, timestamp, memory, position, length) -> {
                    found[0] = timestamp;
                    return false;
                },
                GapVisitor.ignore());
        return read == 0 ? OptionalLong.empty() : OptionalLong.of(found[0]);
    }
}
