package dev.cometlog.internal.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// Which segment comes where, by base offsets that are listed only when what is known is out of date.
final class SegmentChain {
    private static final long[] NONE = {};

    private final ShardState state;
    private final Segments segments;
    private long[] bases = NONE;

    SegmentChain(ShardView view) {
        this.state = view.state();
        this.segments = view.segments();
    }

    /// The base offsets of all segments, ascending, fit to look `offset` up.
    long[] bases(long offset) throws IOException {
        boolean current = bases.length > 0 && bases[0] <= offset && bases[bases.length - 1] == state.activeBase();
        return current ? bases : refreshed();
    }

    /// The base offsets of all segments as they are now.
    long[] refreshed() throws IOException {
        bases = segments.bases();
        return bases;
    }

    /// The highest base at or below `offset`; -1 if there is none.
    long floor(long offset) throws IOException {
        long[] known = bases(offset);
        int found = Arrays.binarySearch(known, offset);
        int index = found >= 0 ? found : -found - 2;
        return index >= 0 ? known[index] : -1;
    }

    /// The first usable segment whose base is above `base`, with a reference for the caller.
    Optional<Segment> above(long base) throws IOException {
        for (long candidate : refreshed()) {
            if (candidate > base) {
                Optional<Segment> segment = segments.acquire(candidate);
                if (segment.isPresent()) {
                    return segment;
                }
            }
        }
        return Optional.empty();
    }

    /// Whether a segment without an intact seal ends at `offset`, as the one behind it tells.
    boolean endsAt(Segment segment, long offset) throws IOException {
        if (segment.baseOffset() == state.activeBase() || offset == segment.baseOffset()) {
            return false;
        }
        Segment next = above(segment.baseOffset()).orElse(null);
        if (next == null) {
            return false;
        }
        next.release();
        return next.baseOffset() == offset || next.header().previousEnd() == offset;
    }
}
