package dev.cometlog.internal.log;

import dev.cometlog.spi.Codec;

/// Pairs of a run's length and its byte: whose output does not depend on any library. Codec 3, `runs`.
final class RunLengthCodec implements Codec {
    static final int ID = 3;
    private static final int LONGEST_RUN = 255;

    @Override
    public int id() {
        return ID;
    }

    @Override
    public String name() {
        return "runs";
    }

    @Override
    public void checkLevel(int level) {
        if (level != 1) {
            throw new IllegalArgumentException("runs has the level 1 alone: codecLevel=" + level);
        }
    }

    @Override
    public int maxCompressedLength(int length) {
        return 2 * length;
    }

    @Override
    public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
        int to = targetFrom;
        for (int at = from; at < from + length; ) {
            int run = 1;
            while (run < LONGEST_RUN && at + run < from + length && source[at + run] == source[at]) {
                run++;
            }
            target[to++] = (byte) run;
            target[to++] = source[at];
            at += run;
        }
        return to - targetFrom;
    }

    @Override
    public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
        int to = targetFrom;
        for (int at = from; at + 1 < from + length; at += 2) {
            for (int i = source[at] & 0xff; i > 0; i--) {
                if (to == targetFrom + maxLength) {
                    throw new IllegalArgumentException("more than " + maxLength + " bytes");
                }
                target[to++] = source[at + 1];
            }
        }
        return to - targetFrom;
    }
}
