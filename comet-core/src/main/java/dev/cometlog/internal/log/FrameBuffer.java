package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A private copy of part of a segment file, so that what is checked is what is delivered.
///
/// It holds little, so that what was copied is still in the nearest cache when it is checked, and no byte is copied
/// twice by a reader that moves on. Not thread-safe.
final class FrameBuffer {
    private static final int CHUNK = 4 << 10;

    /// What a long frame needed is kept for the next one up to here.
    private static final int MOST_KEPT = 64 << 10;

    private byte[] bytes = new byte[CHUNK];
    private final LentMemory memory = new LentMemory();

    private @Nullable Segment owner;
    private int from;
    private int held;

    /// The end offset that was acquired before the bytes were copied: a frame at or above it may have been
    /// half written then.
    private long visibleEnd;

    FrameBuffer() {
        memory.set(MemorySegment.ofArray(bytes).asReadOnly());
    }

    /// Returns where in [#bytes()] the file's byte at `position` is, with `length` bytes from there on;
    /// -1 if the mapping does not hold that many.
    ///
    /// @param offset the offset of the frame at `position`
    /// @param end the end offset that the caller acquired; above `offset`
    int hold(Segment segment, int position, int length, long offset, long end) {
        int index = position - from;
        if (segment == owner && offset < visibleEnd && index >= 0 && index <= held - length) {
            return index;
        }
        return fill(segment, position, length, offset, end);
    }

    private int fill(Segment segment, int position, int length, long offset, long end) {
        int rest = segment.capacity() - position;
        if (rest < length) {
            return -1;
        }
        int index = position - from;
        boolean movesOn = segment == owner && offset < visibleEnd && index >= 0 && index <= held;
        int kept = movesOn ? held - index : 0;
        int wanted = Math.min(rest, Math.max(length, CHUNK));
        byte[] before = bytes;
        boolean tooLarge = bytes.length > MOST_KEPT && wanted <= MOST_KEPT && segment != owner;
        boolean isReplaced = bytes.length < wanted || tooLarge;
        if (isReplaced) {
            bytes = new byte[wanted];
            memory.set(MemorySegment.ofArray(bytes).asReadOnly());
        }
        owner = null;
        if (kept == 0) {
            // What is kept may hold half of a frame that the new end has and the old one had not.
            visibleEnd = end;
        } else if (index > 0 || isReplaced) {
            System.arraycopy(before, index, bytes, 0, kept);
        }
        MemorySegment.copy(segment.memory(), ValueLayout.JAVA_BYTE, position + kept, bytes, kept, wanted - kept);
        owner = segment;
        from = position;
        held = wanted;
        return 0;
    }

    /// What is held is to be copied anew.
    void forget() {
        owner = null;
    }

    byte[] bytes() {
        return bytes;
    }

    /// The same bytes, read-only.
    MemorySegment memory() {
        return memory.get();
    }

    /// How many bytes are held.
    int held() {
        return held;
    }

    /// Frames at or above this offset must be copied anew.
    long visibleEnd() {
        return visibleEnd;
    }
}
