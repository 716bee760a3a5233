package dev.cometlog.internal.format;

import java.lang.foreign.MemorySegment;

/// The sparse index of one segment: slot *n* describes the first frame that starts in the segment's
/// *n*-th block of 4 KiB. There is no header, and an all-zero slot is an empty one.
///
///     0                  4            8                12        16
///     +------------------+------------+----------------+---------+
///     |  Offset - base   |  Position  |   Time delta   |  Check  |
///     +------------------+------------+----------------+---------+
///
/// The check ties a slot to its segment's nonce, so a stale or damaged slot counts as empty. The file is
/// derived: it can be deleted at any time, and no answer depends on a slot being present.
public final class IndexDescriptor {
    public static final int BLOCK_SHIFT = 12;
    public static final int BLOCK_BYTES = 1 << BLOCK_SHIFT;

    static final int OFFSET_FIELD = 0;
    static final int POSITION_FIELD = OFFSET_FIELD + Integer.BYTES;
    static final int TIME_DELTA_FIELD = POSITION_FIELD + Integer.BYTES;
    static final int CHECK_FIELD = TIME_DELTA_FIELD + Integer.BYTES;
    public static final int SLOT_LENGTH = CHECK_FIELD + Integer.BYTES;

    private IndexDescriptor() {}

    /// Bytes of the index file of a segment of `segmentBytes`.
    public static int indexBytes(int segmentBytes) {
        return slots(segmentBytes) * SLOT_LENGTH;
    }

    public static int slots(int segmentBytes) {
        return (segmentBytes + BLOCK_BYTES - 1) >>> BLOCK_SHIFT;
    }

    public static int slotOf(int position) {
        return position >>> BLOCK_SHIFT;
    }

    /// True if no slot was written for this block; a damaged slot is not empty.
    public static boolean isEmpty(MemorySegment index, int slot) {
        return LittleEndian.getInt(index, at(slot) + POSITION_FIELD) == 0;
    }

    public static void write(MemorySegment index, int slot, long nonce, int relativeOffset, int position, int delta) {
        long at = at(slot);
        LittleEndian.putInt(index, at + OFFSET_FIELD, relativeOffset);
        LittleEndian.putInt(index, at + TIME_DELTA_FIELD, delta);
        LittleEndian.putInt(index, at + CHECK_FIELD, check(nonce, slot, relativeOffset, position, delta));
        LittleEndian.putInt(index, at + POSITION_FIELD, position);
    }

    /// True if the slot was written whole for this segment.
    public static boolean isValid(MemorySegment index, int slot, long nonce) {
        int position = position(index, slot);
        return position >= SegmentHeader.LENGTH
                && slotOf(position) == slot
                && LittleEndian.getInt(index, at(slot) + CHECK_FIELD)
                        == check(nonce, slot, relativeOffset(index, slot), position, timeDelta(index, slot));
    }

    public static int relativeOffset(MemorySegment index, int slot) {
        return LittleEndian.getInt(index, at(slot) + OFFSET_FIELD);
    }

    public static int position(MemorySegment index, int slot) {
        return LittleEndian.getInt(index, at(slot) + POSITION_FIELD);
    }

    public static int timeDelta(MemorySegment index, int slot) {
        return LittleEndian.getInt(index, at(slot) + TIME_DELTA_FIELD);
    }

    private static long at(int slot) {
        return (long) slot * SLOT_LENGTH;
    }

    private static int check(long nonce, int slot, int relativeOffset, int position, int delta) {
        long bits = Hashes.mix64(nonce ^ ((long) relativeOffset << 32 | (delta & 0xffff_ffffL)));
        return (int) (Hashes.mix64(bits ^ ((long) slot << 32 | position)) >>> 32);
    }
}
