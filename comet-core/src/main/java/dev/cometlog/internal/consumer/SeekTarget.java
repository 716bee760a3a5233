package dev.cometlog.internal.consumer;

import dev.cometlog.Seek;
import dev.cometlog.internal.log.SegmentTimes;
import dev.cometlog.internal.log.ShardView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Finds the offset that a seek means in a shard: always one between the start and the end.
final class SeekTarget {
    private static final long FARTHEST_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;

    private SeekTarget() {}

    static long resolve(ShardView view, Seek seek) {
        long end = view.state().endOffset();
        long start = Math.min(view.state().startOffset(), end);
        long offset = switch (seek) {
            case Seek.Earliest _ -> start;
            case Seek.Latest _ -> end;
            case Seek.Offset to -> to.offset();
            case Seek.Timestamp to -> new SegmentTimes(view).offsetAt(micros(to.time()));
        };
        return Math.clamp(offset, start, Math.max(start, end));
    }

    /// Microseconds since 1970, as near as they can be had: no entry is as old, or as young, as what has none.
    private static long micros(Instant time) {
        long seconds = Math.clamp(time.getEpochSecond(), -FARTHEST_SECONDS, FARTHEST_SECONDS);
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.ofEpochSecond(seconds, time.getNano()));
    }
}
