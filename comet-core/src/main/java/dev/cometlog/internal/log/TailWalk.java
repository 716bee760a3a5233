package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.util.Optional;

/// Finds where the entries of a shard end whose state page does not tell. Changes nothing.
final class TailWalk {
    private final Segments segments;

    private long end;
    private long endBase = ShardState.NO_SEGMENT;
    private int endPosition = SegmentHeader.LENGTH;
    private long lastTimestamp;
    private boolean sealed;

    /// Whether the walk ended at a place that was never written.
    private boolean endsUnwritten;

    TailWalk(Segments segments) {
        this.segments = segments;
    }

    /// The offset behind the last entry.
    long end() {
        return end;
    }

    /// The segment that holds the last entry, or that would take the next one; -1 if there is none.
    long endBase() {
        return endBase;
    }

    /// Where in it the last entry ends.
    int endPosition() {
        return endPosition;
    }

    /// Time of the last entry that was passed, or of its segment; 0 if there is none.
    long lastTimestamp() {
        return lastTimestamp;
    }

    /// Whether a seal stands behind the last entry.
    boolean sealed() {
        return sealed;
    }

    /// Keeps all below the durable offset and the whole batches above it up to the first hole.
    void fromCheckpoint(Checkpoint checkpoint) throws IOException {
        end = checkpoint.durableOffset();
        endBase = checkpoint.segmentBase();
        endPosition = (int) checkpoint.position();
        if (endBase == ShardState.NO_SEGMENT || !isThere(endBase)) {
            // An empty segment may be gone: a recovery moved it away, and a power loss took the news of that. What
            // was appended after it says that it follows.
            long first = successor(endBase, end);
            walkFrom(first, SegmentHeader.LENGTH, first);
        } else {
            walkFrom(endBase, endPosition, end);
        }
    }

    private boolean isThere(long base) throws IOException {
        Optional<Segment> segment = segments.acquire(base);
        segment.ifPresent(Segment::release);
        return segment.isPresent();
    }

    /// Keeps all that the segments hold.
    void fromSegments() throws IOException {
        long[] bases = segments.bases();
        int last = bases.length - 1;
        while (last >= 0) {
            Segment segment = segments.acquire(bases[last]).orElse(null);
            if (segment != null) {
                segment.release();
                break;
            }
            last--;
        }
        if (last >= 0) {
            end = bases[last];
            endBase = bases[last];
            walkFrom(bases[last], SegmentHeader.LENGTH, bases[last]);
        } else if (bases.length > 0) {
            end = bases[bases.length - 1];
        }
    }

    /// Keeps what the segments hold up to the first place where one was not copied whole. What is behind damage, or
    /// behind a segment that is missing, is kept.
    ///
    /// Every segment but the last is full of frames up to its seal. A segment that was copied while it was written
    /// has nothing behind its last frames, or behind a part of one, until the next piece that was copied later.
    void fromCopy() throws IOException {
        for (long base : segments.bases()) {
            if (base > endBase && base >= end && isThere(base)) {
                endsUnwritten = false;
                walkFrom(base, SegmentHeader.LENGTH, base);
                if (endsUnwritten) {
                    return;
                }
            }
        }
    }

    /// Follows the segments from one on, whose frame at that position has that offset, as far as they hold.
    private void walkFrom(long firstBase, int firstPosition, long firstOffset) throws IOException {
        long base = firstBase;
        int position = firstPosition;
        long offset = firstOffset;
        while (base != ShardState.NO_SEGMENT) {
            Segment segment = segments.acquire(base).orElse(null);
            if (segment == null) {
                return;
            }
            try {
                FrameWalker walker = new FrameWalker(segment, position, offset, segment.capacity());
                walker.walkToEnd();
                endsUnwritten = !walker.isAtSeal() && isUnwritten(segment, walker.position());
                if (walker.batchOffset() == base && base != firstBase && !walker.isAtSeal()) {
                    // Nothing in it holds: the segment before, sealed, is where the kept entries end.
                    return;
                }
                end = walker.batchOffset();
                endBase = base;
                endPosition = walker.batchPosition();
                lastTimestamp = Math.max(
                        Math.max(lastTimestamp, segment.header().baseTimestamp()),
                        walker.batchTimestamp(segment.header().baseTimestamp()));
                sealed = walker.isAtSeal() && walker.offset() == walker.batchOffset();
            } finally {
                segment.release();
            }
            base = successor(base, end);
            position = SegmentHeader.LENGTH;
            offset = base;
        }
    }

    /// Whether nothing was written behind a place, or only a part of one frame.
    private static boolean isUnwritten(Segment segment, int position) {
        if (position + FrameDescriptor.HEADER_LENGTH > segment.capacity()) {
            return true;
        }
        int word = LittleEndian.getInt(segment.memory(), position + FrameDescriptor.LENGTH_FIELD);
        if (word == 0) {
            return true;
        }
        long behind = (long) position + FrameDescriptor.frameLength(word);
        return behind + Integer.BYTES <= segment.capacity()
                && LittleEndian.getInt(segment.memory(), behind + FrameDescriptor.LENGTH_FIELD) == 0;
    }

    /// The segment behind the one at `base` if that ends at `offset`: it starts there, or says that offsets
    /// were jumped over from there.
    private long successor(long base, long offset) throws IOException {
        for (long next : segments.bases()) {
            if (next > base && next >= offset) {
                Segment segment = segments.acquire(next).orElse(null);
                boolean follows = segment != null && segment.header().previousEnd() == offset;
                if (segment != null) {
                    segment.release();
                }
                return follows ? next : ShardState.NO_SEGMENT;
            }
        }
        return ShardState.NO_SEGMENT;
    }

    /// Goes back to where the segment before an empty one ends. Offsets that were jumped over in between are
    /// jumped over again, in one step: the next segment must follow what readers find before it.
    void dropEmpty(Segment empty) throws IOException {
        long before = ShardState.NO_SEGMENT;
        for (long base : segments.bases()) {
            if (base < empty.baseOffset()) {
                before = base;
            }
        }
        end = empty.header().previousEnd();
        endBase = ShardState.NO_SEGMENT;
        endPosition = SegmentHeader.LENGTH;
        sealed = false;
        if (before != ShardState.NO_SEGMENT) {
            endOf(before);
        }
    }

    /// Takes the end of the segment before for the shard's, if that is where it has to be.
    private void endOf(long base) throws IOException {
        Segment segment = segments.acquire(base).orElse(null);
        if (segment == null) {
            return;
        }
        try {
            FrameWalker walker = new FrameWalker(segment, SegmentHeader.LENGTH, base, segment.capacity());
            walker.walkToEnd();
            if (walker.batchOffset() == end) {
                endBase = base;
                endPosition = walker.batchPosition();
                sealed = walker.isAtSeal();
            }
        } finally {
            segment.release();
        }
    }
}
