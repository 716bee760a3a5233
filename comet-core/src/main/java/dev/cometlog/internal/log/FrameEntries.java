package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Walks the entries of one frame's body. Never leaves the body, whatever it says.
final class FrameEntries {
    private static final int LARGEST_SHIFT = 28;

    private final LentMemory memory = new LentMemory();
    private long at;
    private long limit;
    private boolean many;
    private int count;
    private int left;
    private int length;

    /// Starts on a body; false if it is malformed.
    boolean open(MemorySegment body, long from, int bodyLength, boolean isMany) {
        start(body, from, bodyLength, isMany);
        return begin(isMany ? varint() : 1);
    }

    /// Starts on a *many* body whose count stood elsewhere; false if it is malformed.
    boolean openCounted(MemorySegment body, int bodyLength, int entries) {
        start(body, 0, bodyLength, true);
        return begin(entries);
    }

    /// Starts on a body that is not to be looked into: every entry of it is empty.
    void openBlank(int entries) {
        start(MemorySegment.NULL, 0, 0, false);
        count = entries;
        left = entries;
    }

    private void start(MemorySegment body, long from, int bodyLength, boolean isMany) {
        memory.set(body);
        at = from;
        limit = from + bodyLength;
        many = isMany;
        length = 0;
        left = 0;
    }

    private boolean begin(int entries) {
        count = entries;
        // Every entry of many takes at least the byte of its length.
        if (many && (entries < 1 || entries > limit - at)) {
            return false;
        }
        left = entries;
        return true;
    }

    /// Moves to the next entry; false if there is none, or if it is malformed and [#left()] is not 0.
    boolean next() {
        if (left == 0) {
            return false;
        }
        at += length;
        length = many ? varint() : (int) (limit - at);
        if (length < 0 || length > limit - at) {
            length = 0;
            return false;
        }
        left--;
        return true;
    }

    /// Reads a varint at the cursor and moves behind it; -1 if it is malformed.
    private int varint() {
        int value = 0;
        for (int shift = 0; shift <= LARGEST_SHIFT && at < limit; shift += 7) {
            byte b = memory.get().get(ValueLayout.JAVA_BYTE, at++);
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                boolean overflow = value < 0 || (shift == LARGEST_SHIFT && b > 0x07);
                return overflow ? -1 : value;
            }
        }
        return -1;
    }

    MemorySegment memory() {
        return memory.get();
    }

    /// Where the present entry starts.
    long position() {
        return at;
    }

    int length() {
        return length;
    }

    /// Entries in the frame.
    int count() {
        return count;
    }

    /// Entries behind the present one.
    int left() {
        return left;
    }
}
