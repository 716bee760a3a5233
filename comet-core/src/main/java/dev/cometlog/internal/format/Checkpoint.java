package dev.cometlog.internal.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// One of the two checkpoint slots of a state page; each lies in a 512-byte sector of its own.
///
///     0          8                16                  24
///     +----------+----------------+-------------------+
///     | Sequence | Durable offset | Durable position  |
///     +----------+----------------+-------------------+
///     24                  32                40                    48         52
///     +-------------------+-----------------+---------------------+----------+
///     |   Segment base    |  Reserved end   | Active generation   |  CRC32C  |
///     +-------------------+-----------------+---------------------+----------+
///
/// @param sequence counts checkpoints; the intact slot with the higher one is in force
/// @param durableOffset below it everything survives power loss
/// @param position where the frame of `durableOffset` starts or will start
/// @param segmentBase base offset of the segment that `position` lies in, or -1 if there is none yet
/// @param reservedEnd no offset at or above it was ever handed out; equal to `durableOffset` after a clean close
/// @param generation the active generation whose files' directory entries are known to be durable
public record Checkpoint(
        long sequence, long durableOffset, long position, long segmentBase, long reservedEnd, long generation) {
    static final int SEQUENCE_FIELD = 0;
    static final int DURABLE_OFFSET_FIELD = SEQUENCE_FIELD + Long.BYTES;
    static final int POSITION_FIELD = DURABLE_OFFSET_FIELD + Long.BYTES;
    static final int SEGMENT_BASE_FIELD = POSITION_FIELD + Long.BYTES;
    static final int RESERVED_END_FIELD = SEGMENT_BASE_FIELD + Long.BYTES;
    static final int GENERATION_FIELD = RESERVED_END_FIELD + Long.BYTES;
    static final int CRC_FIELD = GENERATION_FIELD + Long.BYTES;
    public static final int LENGTH = CRC_FIELD + Integer.BYTES;

    public static final long NO_SEGMENT = -1;

    /// What a new, empty shard starts with.
    public static final Checkpoint FIRST = new Checkpoint(1, 0, SegmentHeader.LENGTH, NO_SEGMENT, 0, 0);

    public byte[] encode() {
        byte[] bytes = new byte[LENGTH];
        LittleEndian.putLong(bytes, SEQUENCE_FIELD, sequence);
        LittleEndian.putLong(bytes, DURABLE_OFFSET_FIELD, durableOffset);
        LittleEndian.putLong(bytes, POSITION_FIELD, position);
        LittleEndian.putLong(bytes, SEGMENT_BASE_FIELD, segmentBase);
        LittleEndian.putLong(bytes, RESERVED_END_FIELD, reservedEnd);
        LittleEndian.putLong(bytes, GENERATION_FIELD, generation);
        LittleEndian.putInt(bytes, CRC_FIELD, Crc.of(bytes, 0, CRC_FIELD));
        return bytes;
    }

    /// Reads a slot; empty if it is torn, damaged or was never written.
    public static Optional<Checkpoint> decode(MemorySegment page, long at) {
        byte[] bytes = new byte[LENGTH];
        MemorySegment.copy(page, ValueLayout.JAVA_BYTE, at, bytes, 0, LENGTH);
        if (LittleEndian.getInt(bytes, CRC_FIELD) != Crc.of(bytes, 0, CRC_FIELD)) {
            return Optional.empty();
        }
        Checkpoint slot = new Checkpoint(
                LittleEndian.getLong(bytes, SEQUENCE_FIELD),
                LittleEndian.getLong(bytes, DURABLE_OFFSET_FIELD),
                LittleEndian.getLong(bytes, POSITION_FIELD),
                LittleEndian.getLong(bytes, SEGMENT_BASE_FIELD),
                LittleEndian.getLong(bytes, RESERVED_END_FIELD),
                LittleEndian.getLong(bytes, GENERATION_FIELD));
        boolean plausible = slot.sequence > 0 && slot.durableOffset >= 0 && slot.reservedEnd >= slot.durableOffset;
        return plausible ? Optional.of(slot) : Optional.empty();
    }

    /// The same checkpoint with more offsets reserved, as the next in sequence.
    public Checkpoint withReservedEnd(long end) {
        return new Checkpoint(sequence + 1, durableOffset, position, segmentBase, end, generation);
    }
}
