package dev.cometlog.internal.log;

import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.storage.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Finds a place near an offset or a time in one segment. Every answer is a hint that frames confirm:
/// a missing or damaged slot makes it coarser, never wrong.
public final class SegmentIndex {
    private final MemorySegment slots;
    private final long nonce;
    private final @Nullable MappedFile file;

    /// The slot that was looked at last, so that the other fifty frames of a block need not look. A hint.
    private int noted = -1;

    SegmentIndex(MappedFile file, long nonce) {
        this.slots = file.memory();
        this.nonce = nonce;
        this.file = file;
    }

    /// An index in private memory, for a segment whose file is gone or too small.
    SegmentIndex(int segmentBytes, long nonce) {
        this.slots = MemorySegment.ofArray(new long[IndexDescriptor.indexBytes(segmentBytes) / Long.BYTES]);
        this.nonce = nonce;
        this.file = null;
    }

    /// Notes a frame if it is the first that starts in its block.
    void note(int position, long relativeOffset, int timeDelta) {
        int slot = IndexDescriptor.slotOf(position);
        if (slot == noted) {
            return;
        }
        noted = slot;
        if (IndexDescriptor.isEmpty(slots, slot)) {
            IndexDescriptor.write(slots, slot, nonce, (int) relativeOffset, position, timeDelta);
        }
    }

    /// Empties every slot of a frame at or behind `position`.
    void dropFrom(int position) {
        dropFrom(position, slotCount() * IndexDescriptor.BLOCK_BYTES);
    }

    /// Empties every slot of a frame at or behind `position`, where nothing was written at or behind `limit`.
    void dropFrom(int position, int limit) {
        noted = -1;
        int first = IndexDescriptor.slotOf(position);
        if (first >= slotCount()) {
            return;
        }
        if (isValid(first) && position(first) < position) {
            first++;
        }
        int behind = Math.min(slotCount(), IndexDescriptor.slotOf(limit) + 1);
        if (first < behind) {
            slots.asSlice(
                            (long) first * IndexDescriptor.SLOT_LENGTH,
                            (long) (behind - first) * IndexDescriptor.SLOT_LENGTH)
                    .fill((byte) 0);
        }
    }

    /// Empties every slot of a frame that starts at or above an offset, where nothing was written at or behind `limit`.
    void dropOffsetsFrom(long relativeOffset, int limit) {
        int last = floorOffset(relativeOffset - 1, limit);
        dropFrom(last < 0 ? 0 : position(last) + 1, limit);
    }

    /// The last valid slot whose offset is at most `relativeOffset` and whose position is below `limit`; -1 if none.
    public int floorOffset(long relativeOffset, int limit) {
        int low = 0;
        int high = Math.min(slotCount() - 1, IndexDescriptor.slotOf(Math.max(limit - 1, 0)));
        int found = -1;
        while (low <= high) {
            int middle = validAtOrBelow((low + high) >>> 1, low);
            if (middle < 0) {
                low = ((low + high) >>> 1) + 1;
            } else if (relativeOffset(middle) <= relativeOffset && position(middle) < limit) {
                found = middle;
                low = Math.max(middle, (low + high) >>> 1) + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    /// The last valid slot whose time delta is below `timeDelta` (unsigned) and whose position is below `limit`;
    /// -1 if none.
    public int lowerTime(long timeDelta, int limit) {
        int low = 0;
        int high = Math.min(slotCount() - 1, IndexDescriptor.slotOf(Math.max(limit - 1, 0)));
        int found = -1;
        while (low <= high) {
            int middle = validAtOrBelow((low + high) >>> 1, low);
            if (middle < 0) {
                low = ((low + high) >>> 1) + 1;
            } else if (timeDelta(middle) < timeDelta && position(middle) < limit) {
                found = middle;
                low = Math.max(middle, (low + high) >>> 1) + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    /// The first valid slot whose position is above `position`; -1 if none.
    public int higherPosition(int position) {
        for (int slot = IndexDescriptor.slotOf(position); slot < slotCount(); slot++) {
            if (isValid(slot) && position(slot) > position) {
                return slot;
            }
        }
        return -1;
    }

    private int validAtOrBelow(int from, int lowest) {
        for (int slot = from; slot >= lowest; slot--) {
            if (isValid(slot)) {
                return slot;
            }
        }
        return -1;
    }

    public int slotCount() {
        return (int) (slots.byteSize() / IndexDescriptor.SLOT_LENGTH);
    }

    public boolean isValid(int slot) {
        return IndexDescriptor.isValid(slots, slot, nonce);
    }

    public long relativeOffset(int slot) {
        return IndexDescriptor.relativeOffset(slots, slot) & 0xffff_ffffL;
    }

    public int position(int slot) {
        return IndexDescriptor.position(slots, slot);
    }

    public long timeDelta(int slot) {
        return IndexDescriptor.timeDelta(slots, slot) & 0xffff_ffffL;
    }

    /// A copy of all slots.
    byte[] bytes() {
        return slots.toArray(ValueLayout.JAVA_BYTE);
    }

    /// Whether it is a file, so that other processes see what is noted here.
    boolean isShared() {
        return file != null;
    }

    void close() {
        if (file != null) {
            file.close();
        }
    }
}
