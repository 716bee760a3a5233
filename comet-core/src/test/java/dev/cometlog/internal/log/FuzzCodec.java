package dev.cometlog.internal.log;

import dev.cometlog.spi.Codec;
import java.util.Arrays;
import java.util.List;

/// The bytes, over and over until there are as many as are asked for: a body that may claim what it likes.
final class FuzzCodec implements Codec {
    private static final int ID = 2;

    static final Codecs CODECS = new Codecs(List.of(new FuzzCodec()));

    @Override
    public int id() {
        return ID;
    }

    @Override
    public String name() {
        return "fuzz";
    }

    @Override
    public void checkLevel(int level) {}

    @Override
    public int maxCompressedLength(int length) {
        return length;
    }

    @Override
    public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
        System.arraycopy(source, from, target, targetFrom, length);
        return length;
    }

    @Override
    public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
        if (length == 0) {
            throw new IllegalArgumentException("nothing to repeat");
        }
        if (length == 1) {
            Arrays.fill(target, targetFrom, targetFrom + maxLength, source[from]);
            return maxLength;
        }
        for (int at = 0; at < maxLength; at += length) {
            System.arraycopy(source, from, target, targetFrom + at, Math.min(length, maxLength - at));
        }
        return maxLength;
    }
}
