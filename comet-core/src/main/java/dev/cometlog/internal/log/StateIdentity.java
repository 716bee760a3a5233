package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The first words of a shard's state page, which tell whose it is: drawn in [ShardState].
final class StateIdentity {
    private static final long MAGIC = 0x4554415453544d43L; // "CMTSTATE"
    private static final int VERSION = 1;

    private static final int MAGIC_FIELD = 0;
    private static final int VERSION_FIELD = MAGIC_FIELD + Long.BYTES;
    private static final int SHARD_FIELD = VERSION_FIELD + Integer.BYTES;
    private static final int SHARD_COUNT_FIELD = SHARD_FIELD + Integer.BYTES;
    private static final int IDENTITY_CRC_FIELD = SHARD_COUNT_FIELD + Integer.BYTES;
    private static final int STREAM_HASH_FIELD = IDENTITY_CRC_FIELD + Integer.BYTES;

    private StateIdentity() {}

    static void put(byte[] page, long streamHash, int shard, int shardCount) {
        LittleEndian.putLong(page, MAGIC_FIELD, MAGIC);
        LittleEndian.putInt(page, VERSION_FIELD, VERSION);
        LittleEndian.putInt(page, SHARD_FIELD, shard);
        LittleEndian.putInt(page, SHARD_COUNT_FIELD, shardCount);
        LittleEndian.putLong(page, STREAM_HASH_FIELD, streamHash);
        LittleEndian.putInt(page, IDENTITY_CRC_FIELD, crc(MemorySegment.ofArray(page)));
    }

    /// Whether the page is of that shard, and its identity is intact.
    static boolean isOf(MemorySegment page, long streamHash, int shard, int shardCount) {
        return LittleEndian.getLong(page, MAGIC_FIELD) == MAGIC
                && LittleEndian.getInt(page, VERSION_FIELD) == VERSION
                && LittleEndian.getLong(page, STREAM_HASH_FIELD) == streamHash
                && LittleEndian.getInt(page, SHARD_FIELD) == shard
                && LittleEndian.getInt(page, SHARD_COUNT_FIELD) == shardCount
                && LittleEndian.getInt(page, IDENTITY_CRC_FIELD) == crc(page);
    }

    private static int crc(MemorySegment page) {
        byte[] identity = new byte[IDENTITY_CRC_FIELD + Long.BYTES];
        MemorySegment.copy(page, ValueLayout.JAVA_BYTE, 0, identity, 0, IDENTITY_CRC_FIELD);
        MemorySegment.copy(page, ValueLayout.JAVA_BYTE, STREAM_HASH_FIELD, identity, IDENTITY_CRC_FIELD, Long.BYTES);
        return Crc.of(identity, 0, identity.length);
    }
}
