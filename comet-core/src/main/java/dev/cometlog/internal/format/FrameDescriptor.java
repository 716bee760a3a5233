package dev.cometlog.internal.format;

/// One frame in a segment file, little-endian, with no padding between frames.
///
///     0         4         8            12                12 + body
///     +---------+---------+------------+------- ... -----+
///     | Length  |  CRC32C | Time delta |      Body       |
///     +---------+---------+------------+------- ... -----+
///
///     Length word:  31 30    29     28      27     26 ........ 0
///                  +------+------+-------+------+----------------+
///                  | Codec| Seal | More  | Many |  Body length   |
///                  +------+------+-------+------+----------------+
///
/// A length word of 0 means that nothing was written here yet; for that reason a lone empty payload is
/// stored as a *many* frame of one. The CRC field holds CRC32C(body) XOR [#check(long, long, int, int)],
/// so that bytes of another segment, of another place, or quoted inside a payload never pass as a frame.
/// FORMAT.md holds the rules for a valid frame.
public final class FrameDescriptor {
    public static final int LENGTH_FIELD = 0;
    public static final int CRC_FIELD = LENGTH_FIELD + Integer.BYTES;
    public static final int TIME_DELTA_FIELD = CRC_FIELD + Integer.BYTES;
    public static final int HEADER_LENGTH = TIME_DELTA_FIELD + Integer.BYTES;

    private static final int LENGTH_BITS = 27;
    public static final int MAX_BODY_LENGTH = (1 << LENGTH_BITS) - 1;

    /// The body is a count and then, per entry, a varint length and the bytes.
    public static final int MANY = 1 << LENGTH_BITS;

    /// Not the last frame of its batch.
    public static final int MORE_FOLLOWS = 1 << (LENGTH_BITS + 1);

    /// Last frame of a sealed segment; the body is the end offset.
    public static final int SEAL = 1 << (LENGTH_BITS + 2);

    private static final int CODEC_SHIFT = LENGTH_BITS + 3;
    public static final int MAX_CODEC = 3;

    /// A batch is cut into frames of at most this many body bytes, unless one entry alone is larger.
    public static final int TARGET_BODY_LENGTH = 1 << 20;

    public static final int SEAL_BODY_LENGTH = Long.BYTES;

    /// Every segment keeps this much room behind its last frame.
    public static final int SEAL_LENGTH = HEADER_LENGTH + SEAL_BODY_LENGTH;

    public static final int SEAL_WORD = SEAL | SEAL_BODY_LENGTH;

    /// Time deltas are unsigned 32-bit microseconds.
    public static final long MAX_TIME_DELTA = 0xffff_ffffL;

    private FrameDescriptor() {}

    public static int bodyLength(int lengthWord) {
        return lengthWord & MAX_BODY_LENGTH;
    }

    public static int frameLength(int lengthWord) {
        return HEADER_LENGTH + bodyLength(lengthWord);
    }

    public static boolean isMany(int lengthWord) {
        return (lengthWord & MANY) != 0;
    }

    public static boolean moreFollows(int lengthWord) {
        return (lengthWord & MORE_FOLLOWS) != 0;
    }

    public static boolean isSeal(int lengthWord) {
        return (lengthWord & SEAL) != 0;
    }

    public static int codec(int lengthWord) {
        return lengthWord >>> CODEC_SHIFT;
    }

    public static int codecFlag(int codec) {
        return codec << CODEC_SHIFT;
    }

    /// What the CRC field is XORed with: ties a frame to its segment, its place, its length and its time.
    public static int check(long nonce, long position, int lengthWord, int timeDelta) {
        long bits = nonce ^ (position * 0x9e3779b97f4a7c15L);
        bits ^= ((long) lengthWord << 32) | (timeDelta & 0xffff_ffffL);
        return (int) (Hashes.mix64(bits) >>> 32);
    }

    public static int crcField(int bodyCrc, long nonce, long position, int lengthWord, int timeDelta) {
        return bodyCrc ^ check(nonce, position, lengthWord, timeDelta);
    }
}
