package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A private copy of part of a segment file, so that what is checked is what is delivered.
///
/// Small at first and after a jump, larger while the reader moves on, so that neither a reader at the end of
/// a shard nor one that reads it all copies much more than it uses. Not thread-safe.
final class FrameBuffer {
    private static final int FIRST_CHUNK = 4 << 10;
    static final int LARGEST_CHUNK = 64 << 10;

    private byte[] bytes = new byte[FIRST_CHUNK];
    private final LentMemory memory = new LentMemory();

    private @Nullable Segment owner;
    private int from;
    private int held;
    private int chunk = FIRST_CHUNK;

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
        chunk = movesOn ? Math.min(2 * chunk, LARGEST_CHUNK) : FIRST_CHUNK;
        int wanted = Math.min(rest, Math.max(length, chunk));
        boolean tooSmall = bytes.length < wanted;
        boolean tooLarge = bytes.length > LARGEST_CHUNK && wanted <= LARGEST_CHUNK && segment != owner;
        if (tooSmall || tooLarge) {
            bytes = new byte[wanted];
            memory.set(MemorySegment.ofArray(bytes).asReadOnly());
        }
        owner = null;
        MemorySegment.copy(segment.memory(), ValueLayout.JAVA_BYTE, position, bytes, 0, wanted);
        owner = segment;
        from = position;
        held = wanted;
        visibleEnd = end;
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
