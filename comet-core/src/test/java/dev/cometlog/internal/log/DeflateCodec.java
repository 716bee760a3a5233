package dev.cometlog.internal.log;

import dev.cometlog.spi.Codec;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// A codec that needs the JDK alone, so that this module's tests have one: codec 2, `deflate`.
public final class DeflateCodec implements Codec {
    static final int ID = 2;

    @Override
    public int id() {
        return ID;
    }

    @Override
    public String name() {
        return "deflate";
    }

    @Override
    public void checkLevel(int level) {
        if (level < 1 || level > 9) {
            throw new IllegalArgumentException("deflate has the levels 1 to 9: codecLevel=" + level);
        }
    }

    @Override
    public int maxCompressedLength(int length) {
        return length + (length >> 10) + 64;
    }

    @Override
    public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
        try (Deflater deflater = new Deflater(level, true)) {
            deflater.setInput(source, from, length);
            deflater.finish();
            int size = deflater.deflate(target, targetFrom, target.length - targetFrom);
            if (!deflater.finished()) {
                throw new IllegalStateException("the bound of " + length + " bytes was too small");
            }
            return size;
        }
    }

    @Override
    public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(source, from, length);
            int size = inflater.inflate(target, targetFrom, maxLength);
            if (!inflater.finished() && inflater.inflate(new byte[1]) != 0) {
                throw new IllegalArgumentException("more than " + maxLength + " bytes");
            }
            if (!inflater.finished()) {
                throw new IllegalArgumentException("truncated");
            }
            return size;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
