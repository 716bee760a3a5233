package dev.cometlog.internal.format;

/// What stands in front of the content of a frame's body, and can be told without a codec.
///
///     +- - - - -+- - - - - - -+------- ... -------+
///     |  Count  | Raw length  |      Content      |
///     +- - - - -+- - - - - - -+------- ... -------+
///
/// The count, a varint, is there in *many* frames, compressed or not. The raw length, a varint, is there in
/// compressed frames: how many bytes the content expands to. Content, once expanded: of a *many* frame a varint
/// length and the bytes per entry, else one payload.
///
/// A flyweight, used again for every frame; not thread-safe.
public final class BodyPrefix {
    /// Bytes that it takes at most.
    public static final int MAX_LENGTH = 2 * Varint.MAX_LENGTH;

    /// No codec in use compresses better than by 2^15, so a larger claim is a lie.
    private static final int LARGEST_RATIO_SHIFT = 15;

    private int count;
    private int rawLength;
    private int contentFrom;

    /// Reads the prefix of a body that starts at `from` in `bytes`, of which `available` bytes are there; false if
    /// it makes no sense. What it claims is bounded, never believed.
    public boolean read(int lengthWord, byte[] bytes, int from, int available) {
        int length = FrameDescriptor.bodyLength(lengthWord);
        int limit = from + Math.min(length, available);
        boolean many = FrameDescriptor.isMany(lengthWord);
        contentFrom = from;
        count = 1;
        if (many) {
            long decoded = Varint.get(bytes, contentFrom, limit);
            if (decoded < 0) {
                return false;
            }
            count = Varint.value(decoded);
            contentFrom = Varint.next(decoded);
        }
        rawLength = from + length - contentFrom;
        if (FrameDescriptor.codec(lengthWord) != 0) {
            long decoded = Varint.get(bytes, contentFrom, limit);
            if (decoded < 0) {
                return false;
            }
            rawLength = Varint.value(decoded);
            contentFrom = Varint.next(decoded);
            if (!isPlausible(rawLength, from + length - contentFrom, many)) {
                return false;
            }
        }
        // Every entry of many takes at least the byte of its length.
        return count >= 1 && (!many || count <= rawLength);
    }

    /// Whether a compressed content of `compressed` bytes may claim to expand to `raw` bytes.
    public static boolean isPlausible(int raw, int compressed, boolean many) {
        if (raw < 1 || compressed < 1) {
            return false;
        }
        boolean isLargeEntry = !many && raw <= FrameDescriptor.MAX_BODY_LENGTH;
        return raw <= FrameDescriptor.TARGET_BODY_LENGTH
                || (isLargeEntry && raw <= (long) compressed << LARGEST_RATIO_SHIFT);
    }

    /// Entries in the frame.
    public int count() {
        return count;
    }

    /// Bytes of the content, expanded if it is compressed.
    public int rawLength() {
        return rawLength;
    }

    /// Where in `bytes` the content starts.
    public int contentFrom() {
        return contentFrom;
    }
}
