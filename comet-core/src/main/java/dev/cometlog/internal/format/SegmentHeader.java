package dev.cometlog.internal.format;

import java.util.Optional;

/// The first 64 bytes of a segment file, little-endian.
///
///     0         4         6         8                   16        20        24
///     +---------+---------+---------+-------------------+---------+---------+
///     |  Magic  | Version |  Flags  |    Stream hash    |  Shard  |  Shards |
///     +---------+---------+---------+-------------------+---------+---------+
///     24                  32                  40                  48
///     +-------------------+-------------------+-------------------+
///     |    Base offset    |   Previous end    |  Base timestamp   |
///     +-------------------+-------------------+-------------------+
///     48                  56         60        64
///     +-------------------+----------+---------+
///     |       Nonce       | Capacity | CRC32C  |
///     +-------------------+----------+---------+
///
/// @param streamHash FNV-1a 64 of the stream's name, so that a segment of another stream is noticed
/// @param previousEnd end offset of the segment before; below `baseOffset` when offsets were jumped over
/// @param baseTimestamp microseconds since 1970, which the frames' time deltas count from
/// @param nonce random; ties every frame and index slot to this file
/// @param capacity the file's full size in bytes
public record SegmentHeader(
        long streamHash,
        int shard,
        int shardCount,
        long baseOffset,
        long previousEnd,
        long baseTimestamp,
        long nonce,
        int capacity) {
    public static final int MAGIC = 0x31544d43; // "CMT1"
    public static final int VERSION = 1;

    static final int MAGIC_FIELD = 0;
    static final int VERSION_FIELD = MAGIC_FIELD + Integer.BYTES;
    static final int FLAGS_FIELD = VERSION_FIELD + Short.BYTES;
    static final int STREAM_HASH_FIELD = FLAGS_FIELD + Short.BYTES;
    static final int SHARD_FIELD = STREAM_HASH_FIELD + Long.BYTES;
    static final int SHARD_COUNT_FIELD = SHARD_FIELD + Integer.BYTES;
    static final int BASE_OFFSET_FIELD = SHARD_COUNT_FIELD + Integer.BYTES;
    static final int PREVIOUS_END_FIELD = BASE_OFFSET_FIELD + Long.BYTES;
    static final int BASE_TIMESTAMP_FIELD = PREVIOUS_END_FIELD + Long.BYTES;
    static final int NONCE_FIELD = BASE_TIMESTAMP_FIELD + Long.BYTES;
    static final int CAPACITY_FIELD = NONCE_FIELD + Long.BYTES;
    static final int CRC_FIELD = CAPACITY_FIELD + Integer.BYTES;
    public static final int LENGTH = CRC_FIELD + Integer.BYTES;

    /// The header's 64 bytes.
    public byte[] encode() {
        byte[] bytes = new byte[LENGTH];
        LittleEndian.putInt(bytes, MAGIC_FIELD, MAGIC);
        LittleEndian.putInt(bytes, VERSION_FIELD, VERSION);
        LittleEndian.putLong(bytes, STREAM_HASH_FIELD, streamHash);
        LittleEndian.putInt(bytes, SHARD_FIELD, shard);
        LittleEndian.putInt(bytes, SHARD_COUNT_FIELD, shardCount);
        LittleEndian.putLong(bytes, BASE_OFFSET_FIELD, baseOffset);
        LittleEndian.putLong(bytes, PREVIOUS_END_FIELD, previousEnd);
        LittleEndian.putLong(bytes, BASE_TIMESTAMP_FIELD, baseTimestamp);
        LittleEndian.putLong(bytes, NONCE_FIELD, nonce);
        LittleEndian.putInt(bytes, CAPACITY_FIELD, capacity);
        LittleEndian.putInt(bytes, CRC_FIELD, Crc.of(bytes, 0, CRC_FIELD));
        return bytes;
    }

    /// Reads a header; empty if the bytes are no intact header of this version.
    public static Optional<SegmentHeader> decode(byte[] bytes) {
        if (bytes.length < LENGTH
                || LittleEndian.getInt(bytes, MAGIC_FIELD) != MAGIC
                || LittleEndian.getInt(bytes, VERSION_FIELD) != VERSION
                || LittleEndian.getInt(bytes, CRC_FIELD) != Crc.of(bytes, 0, CRC_FIELD)) {
            return Optional.empty();
        }
        SegmentHeader header = new SegmentHeader(
                LittleEndian.getLong(bytes, STREAM_HASH_FIELD),
                LittleEndian.getInt(bytes, SHARD_FIELD),
                LittleEndian.getInt(bytes, SHARD_COUNT_FIELD),
                LittleEndian.getLong(bytes, BASE_OFFSET_FIELD),
                LittleEndian.getLong(bytes, PREVIOUS_END_FIELD),
                LittleEndian.getLong(bytes, BASE_TIMESTAMP_FIELD),
                LittleEndian.getLong(bytes, NONCE_FIELD),
                LittleEndian.getInt(bytes, CAPACITY_FIELD));
        return header.isPlausible() ? Optional.of(header) : Optional.empty();
    }

    private boolean isPlausible() {
        return baseOffset >= 0
                && previousEnd >= 0
                && previousEnd <= baseOffset
                && capacity >= LENGTH + FrameDescriptor.SEAL_LENGTH
                && shard >= 0
                && shard < shardCount;
    }
}
