package dev.cometlog.internal.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalLong;

/// The file of one group in one stream, little-endian: how far the group has come in each shard, and who of its
/// members reads which.
///
///        0  +-------------------------------------------------------------------------------+
///           | magic 8 | version 4 | shard count 4 | stream hash 8 | group hash 8 | crc 4     | identity
///       64  +-------------------------------------------------------------------------------+
///           | incarnation 8 | kind 8                                                        | 252 members
///     4096  +-------------------------------------------------------------------------------+
///           | ack 8 | lease 8 | holder 4 | wish 4 | acked 8 | skipped 8 | dead-lettered 8   | 64 bytes
///           | gaps 8 | last ack 8                                                           | a shard
///           +-------------------------------------------------------------------------------+
///           | gaps by retention 8, drop 8, damage 8, power loss 8 | handler failures 8      | 64 bytes
///           |                                                                               | a shard
///           +-------------------------------------------------------------------------------+
///
/// The second part for each shard tells only what happened; a file that ends before it is as good.
///
/// An ack word holds the offset below which everything is acknowledged in its low 48 bits and a check in the
/// others, so that a word that was lost or damaged is known as such; all zeros is no ack word.
public final class GroupDescriptor {
    public static final int MEMBERS = 252;

    /// In the lease word of shard 0: the group was deleted. No incarnation has this number.
    public static final long DELETED = 1;

    public static final long MAX_OFFSET = (1L << 48) - 1;

    static final long MAGIC = 0x50554f5247544d43L; // "CMTGROUP"
    static final int VERSION = 1;

    static final int MAGIC_FIELD = 0;
    static final int VERSION_FIELD = MAGIC_FIELD + Long.BYTES;
    static final int SHARD_COUNT_FIELD = VERSION_FIELD + Integer.BYTES;
    static final int STREAM_HASH_FIELD = SHARD_COUNT_FIELD + Integer.BYTES;
    static final int GROUP_HASH_FIELD = STREAM_HASH_FIELD + Long.BYTES;
    static final int CRC_FIELD = GROUP_HASH_FIELD + Long.BYTES;
    static final int HEADER_LENGTH = 64;

    private static final int INCARNATION_FIELD = 0;
    private static final int KIND_FIELD = INCARNATION_FIELD + Long.BYTES;
    private static final int MEMBER_LENGTH = KIND_FIELD + Long.BYTES;

    private static final int SHARDS_FIELD = HEADER_LENGTH + MEMBERS * MEMBER_LENGTH;
    private static final int ACK_FIELD = 0;
    private static final int LEASE_FIELD = ACK_FIELD + Long.BYTES;
    private static final int HOLDER_FIELD = LEASE_FIELD + Long.BYTES;
    private static final int WISH_FIELD = HOLDER_FIELD + Integer.BYTES;
    private static final int COUNTERS_FIELD = WISH_FIELD + Integer.BYTES;
    private static final int SHARD_LENGTH = 64;
    private static final int HISTORY_LENGTH = 64;

    private static final int CHECK_SHIFT = 48;

    private GroupDescriptor() {}

    public static int length(int shards) {
        return essentialLength(shards) + shards * HISTORY_LENGTH;
    }

    /// How much of the file holds what the group could not do without.
    public static int essentialLength(int shards) {
        return SHARDS_FIELD + shards * SHARD_LENGTH;
    }

    public static int incarnationField(int member) {
        return HEADER_LENGTH + member * MEMBER_LENGTH + INCARNATION_FIELD;
    }

    public static int kindField(int member) {
        return HEADER_LENGTH + member * MEMBER_LENGTH + KIND_FIELD;
    }

    public static int ackField(int shard) {
        return SHARDS_FIELD + shard * SHARD_LENGTH + ACK_FIELD;
    }

    public static int leaseField(int shard) {
        return SHARDS_FIELD + shard * SHARD_LENGTH + LEASE_FIELD;
    }

    public static int holderField(int shard) {
        return SHARDS_FIELD + shard * SHARD_LENGTH + HOLDER_FIELD;
    }

    public static int wishField(int shard) {
        return SHARDS_FIELD + shard * SHARD_LENGTH + WISH_FIELD;
    }

    /// One of the words behind the wish.
    public static int counterField(int shard, int word) {
        return SHARDS_FIELD + shard * SHARD_LENGTH + COUNTERS_FIELD + word * Long.BYTES;
    }

    /// One of the words of a shard's second part.
    public static int historyField(int shards, int shard, int word) {
        return essentialLength(shards) + shard * HISTORY_LENGTH + word * Long.BYTES;
    }

    /// The whole content of a new group's file.
    ///
    /// @param acked where the group starts in each shard
    public static byte[] initial(long streamHash, long groupHash, long[] acked) {
        byte[] bytes = new byte[length(acked.length)];
        byte[] header = header(streamHash, groupHash, acked.length);
        System.arraycopy(header, 0, bytes, 0, header.length);
        for (int shard = 0; shard < acked.length; shard++) {
            LittleEndian.putLong(bytes, ackField(shard), ackWord(acked[shard]));
        }
        return bytes;
    }

    /// What identifies the file; known without it, so that a damaged one can be written again.
    public static byte[] header(long streamHash, long groupHash, int shards) {
        byte[] bytes = new byte[HEADER_LENGTH];
        LittleEndian.putLong(bytes, MAGIC_FIELD, MAGIC);
        LittleEndian.putInt(bytes, VERSION_FIELD, VERSION);
        LittleEndian.putInt(bytes, SHARD_COUNT_FIELD, shards);
        LittleEndian.putLong(bytes, STREAM_HASH_FIELD, streamHash);
        LittleEndian.putLong(bytes, GROUP_HASH_FIELD, groupHash);
        LittleEndian.putInt(bytes, CRC_FIELD, Crc.of(bytes, 0, CRC_FIELD));
        return bytes;
    }

    /// What an intact header says.
    public record Header(int version, int shards, long streamHash, long groupHash) {
        public boolean isNewer() {
            return version > VERSION;
        }
    }

    /// The header that a file starts with; empty if it is not intact.
    public static Optional<Header> decode(byte[] file) {
        boolean intact = file.length >= HEADER_LENGTH
                && LittleEndian.getLong(file, MAGIC_FIELD) == MAGIC
                && LittleEndian.getInt(file, CRC_FIELD) == Crc.of(file, 0, CRC_FIELD);
        return intact
                ? Optional.of(new Header(
                        LittleEndian.getInt(file, VERSION_FIELD),
                        LittleEndian.getInt(file, SHARD_COUNT_FIELD),
                        LittleEndian.getLong(file, STREAM_HASH_FIELD),
                        LittleEndian.getLong(file, GROUP_HASH_FIELD)))
                : Optional.empty();
    }

    /// Whether a file starts with that header.
    public static boolean startsWith(MemorySegment file, byte[] header) {
        return MemorySegment.ofArray(header).mismatch(file.asSlice(0, header.length)) < 0;
    }

    /// Writes a header over what is there.
    public static void write(MemorySegment file, byte[] header) {
        MemorySegment.copy(header, 0, file, ValueLayout.JAVA_BYTE, 0, header.length);
    }

    /// Puts zeros behind the header.
    public static void empty(MemorySegment file) {
        MemorySegment _ = file.asSlice(HEADER_LENGTH).fill((byte) 0);
    }

    /// Whether a file starts with an intact header that only a newer version can have written.
    public static boolean isNewer(MemorySegment file) {
        byte[] bytes = new byte[HEADER_LENGTH];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, 0, bytes, 0, HEADER_LENGTH);
        return decode(bytes).filter(Header::isNewer).isPresent();
    }

    /// Whether a file starts with an intact header of another group or stream than that one.
    public static boolean isOfAnother(MemorySegment file, byte[] header) {
        byte[] bytes = new byte[HEADER_LENGTH];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, 0, bytes, 0, HEADER_LENGTH);
        long streamHash = LittleEndian.getLong(header, STREAM_HASH_FIELD);
        long groupHash = LittleEndian.getLong(header, GROUP_HASH_FIELD);
        return decode(bytes)
                .filter(found -> found.streamHash() != streamHash || found.groupHash() != groupHash)
                .isPresent();
    }

    /// The ack word of an offset.
    ///
    /// @throws IllegalArgumentException if the offset is out of range
    public static long ackWord(long offset) {
        if (offset < 0 || offset > MAX_OFFSET) {
            throw new IllegalArgumentException("0 <= offset < 2^48 must hold: offset=" + offset);
        }
        return offset | check(offset);
    }

    /// The offset in an ack word, or empty if it is none.
    public static OptionalLong acked(long word) {
        long offset = word & MAX_OFFSET;
        return word != 0 && (offset | check(offset)) == word ? OptionalLong.of(offset) : OptionalLong.empty();
    }

    private static long check(long offset) {
        return Hashes.mix64(~offset) >>> CHECK_SHIFT << CHECK_SHIFT;
    }
}
