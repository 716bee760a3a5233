package dev.cometlog.internal.log;

import dev.cometlog.spi.Codec;

/// One whose native library does not load. Codec 3, `broken`.
final class BrokenCodec implements Codec {
    @Override
    public int id() {
        return 3;
    }

    @Override
    public String name() {
        return "broken";
    }

    @Override
    public void checkLevel(int level) {
        // Has all of them.
    }

    @Override
    public int maxCompressedLength(int length) {
        return length;
    }

    @Override
    public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
        throw new UnsatisfiedLinkError("no libbroken for this machine");
    }

    @Override
    public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
        throw new UnsatisfiedLinkError("no libbroken for this machine");
    }
}
