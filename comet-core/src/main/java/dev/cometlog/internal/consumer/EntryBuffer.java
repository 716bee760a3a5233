package dev.cometlog.internal.consumer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Payloads and timestamps of entries that follow each other, copied out of the log; used again for every batch.
final class EntryBuffer {
    /// A batch ends with the entry that fills so much.
    static final int FULL_BYTES = 1 << 20;

    private static final int FIRST_ENTRIES = 128;
    private static final int FIRST_BYTES = 8 << 10;

    private byte[] bytes = new byte[FIRST_BYTES];

    /// The same bytes, of which entries lend slices: one object each.
    private MemorySegment readOnly = MemorySegment.ofArray(bytes).asReadOnly();

    private int[] ends = new int[FIRST_ENTRIES];
    private long[] timestamps = new long[FIRST_ENTRIES];
    private long firstOffset;
    private int count;
    private int used;

    void clear() {
        count = 0;
        used = 0;
    }

    void add(long offset, long timestampMicros, MemorySegment memory, long position, int length) {
        if (count == 0) {
            firstOffset = offset;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
            timestamps = Arrays.copyOf(timestamps, 2 * count);
        }
        if (length > bytes.length - used) {
            bytes = Arrays.copyOf(bytes, Math.max(used + length, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE)));
            readOnly = MemorySegment.ofArray(bytes).asReadOnly();
        }
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, bytes, used, length);
        used += length;
        ends[count] = used;
        timestamps[count] = timestampMicros;
        count++;
    }

    boolean isFull() {
        return used >= FULL_BYTES;
    }

    int count() {
        return count;
    }

    long firstOffset() {
        return firstOffset;
    }

    long timestampMicros(int index) {
        return timestamps[index];
    }

    byte[] copy(int index) {
        return Arrays.copyOfRange(bytes, start(index), ends[index]);
    }

    MemorySegment data(int index) {
        return readOnly.asSlice(start(index), length(index));
    }

    int length(int index) {
        return ends[index] - start(index);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }
}
