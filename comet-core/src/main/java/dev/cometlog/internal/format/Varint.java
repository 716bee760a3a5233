package dev.cometlog.internal.format;

/// Unsigned LEB128 integers of up to 31 bits, in heap bytes.
public final class Varint {
    public static final int MAX_LENGTH = 5;

    private Varint() {}

    public static int length(int value) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
        return (bits + 6) / 7;
    }

    /// Writes `value` and returns the index behind it.
    public static int put(byte[] bytes, int at, int value) {
        int rest = value;
        int next = at;
        while ((rest & ~0x7f) != 0) {
            bytes[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[next++] = (byte) rest;
        return next;
    }

    /// Reads a value as `(index behind it) << 32 | value`, or -1 if it is malformed or passes `limit`.
    public static long get(byte[] bytes, int at, int limit) {
        int value = 0;
        for (int i = 0; i < MAX_LENGTH && at + i < limit; i++) {
            byte b = bytes[at + i];
            value |= (b & 0x7f) << (7 * i);
            if (b >= 0) {
                boolean overflow = value < 0 || (i == MAX_LENGTH - 1 && b > 0x07);
                return overflow ? -1 : ((long) (at + i + 1) << 32) | value;
            }
        }
        return -1;
    }

    public static int value(long decoded) {
        return (int) decoded;
    }

    public static int next(long decoded) {
        return (int) (decoded >>> 32);
    }
}
