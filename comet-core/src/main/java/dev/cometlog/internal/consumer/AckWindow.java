package dev.cometlog.internal.consumer;

/// Which offsets of a shard are acknowledged: all below the watermark, and some of those close above it.
///
/// Pure, and not thread-safe. In-order acks touch no memory but the watermark; what comes out of order is kept in
/// a ring of bits, which grows as far as it is needed.
final class AckWindow {
    /// How far above the watermark an ack may lie.
    static final int SIZE = 1 << 20;

    private static final long[] NONE = {};
    private static final int FIRST_WORDS = 16;

    private long watermark;

    /// Bit `offset % (64 * length)` of an offset above the watermark; all others are 0. The length is a power of 2.
    private long[] ring = NONE;

    private long above;

    AckWindow(long watermark) {
        this.watermark = watermark;
    }

    /// Everything below it is acknowledged, and it is not.
    long watermark() {
        return watermark;
    }

    /// How many offsets above the watermark are acknowledged.
    long above() {
        return above;
    }

    /// Whether an ack of all offsets below `to` has room.
    boolean hasRoom(long from, long to) {
        return from <= watermark || to - watermark <= SIZE;
    }

    /// Forgets everything but the new watermark.
    void reset(long newWatermark) {
        watermark = newWatermark;
        ring = NONE;
        above = 0;
    }

    boolean isAcked(long offset) {
        return offset < watermark || (above > 0 && offset - watermark < capacity() && isSet(offset));
    }

    /// The first offset at or above `from` that is not acknowledged.
    long firstUnacked(long from) {
        long offset = Math.max(from, watermark);
        while (isAcked(offset)) {
            offset++;
        }
        return offset;
    }

    /// Acknowledges offsets from `from` up to, not including, `to`, and returns how many were not before.
    ///
    /// @throws IllegalArgumentException if they lie too far above the watermark
    long ack(long from, long to) {
        if (from <= watermark) {
            return to <= watermark ? 0 : advance(to);
        }
        if (!hasRoom(from, to)) {
            throw new IllegalArgumentException("only " + SIZE + " entries above the first that is not acknowledged ("
                    + watermark + ") can be: from=" + from + ", to=" + to);
        }
        grow(to - watermark);
        long before = above;
        for (long offset = from; offset < to; offset++) {
            set(offset);
        }
        return above - before;
    }

    private long advance(long to) {
        long fresh = to - watermark;
        if (above > 0) {
            fresh -= clear(to);
        }
        watermark = to;
        while (above > 0 && isSet(watermark)) {
            clearBit(watermark);
            watermark++;
        }
        return fresh;
    }

    /// Clears the bits of offsets below `to` and returns how many were set.
    private long clear(long to) {
        long before = above;
        long end = Math.min(to, watermark + capacity());
        for (long offset = watermark; offset < end && above > 0; offset++) {
            if (isSet(offset)) {
                clearBit(offset);
            }
        }
        return before - above;
    }

    private void grow(long span) {
        if (span <= capacity()) {
            return;
        }
        int words = Math.max(FIRST_WORDS, ring.length);
        while ((long) words * Long.SIZE < span) {
            words *= 2;
        }
        long[] old = ring;
        long oldCapacity = capacity();
        ring = new long[words];
        long left = above;
        above = 0;
        for (long offset = watermark; above < left && offset < watermark + oldCapacity; offset++) {
            if ((old[word(offset, old)] & 1L << offset) != 0) {
                set(offset);
            }
        }
    }

    private long capacity() {
        return (long) ring.length * Long.SIZE;
    }

    private static int word(long offset, long[] bits) {
        return (int) (offset >>> 6) & (bits.length - 1);
    }

    private boolean isSet(long offset) {
        return (ring[word(offset, ring)] & 1L << offset) != 0;
    }

    private void set(long offset) {
        if (!isSet(offset)) {
            ring[word(offset, ring)] |= 1L << offset;
            above++;
        }
    }

    private void clearBit(long offset) {
        ring[word(offset, ring)] &= ~(1L << offset);
        above--;
    }
}
