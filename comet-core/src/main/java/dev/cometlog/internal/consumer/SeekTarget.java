package dev.cometlog.internal.consumer;

import dev.cometlog.Seek;
import dev.cometlog.internal.log.SegmentTimes;
import dev.cometlog.internal.log.ShardView;

/// Finds the offset that a seek means in a shard: always one between the start and the end.
final class SeekTarget {
    private SeekTarget() {}

    static long resolve(ShardView view, Seek seek) {
        long end = view.state().endOffset();
        long start = Math.min(view.state().startOffset(), end);
        long offset = switch (seek) {
            case Seek.Earliest _ -> start;
            case Seek.Latest _ -> end;
            case Seek.Offset to -> to.offset();
            case Seek.Timestamp to -> new SegmentTimes(view).offsetAt(to.time());
        };
        return Math.clamp(offset, start, Math.max(start, end));
    }
}
