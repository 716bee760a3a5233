package dev.cometlog.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.cometlog.spi.Codec;
import java.util.concurrent.ArrayBlockingQueue;

/// Zstandard, codec 1. What it writes are ordinary zstd frames with their content size and without a checksum: the
/// log has its own.
///
/// Thread-safe. The native library is loaded at the first use; a few native contexts are kept for the life of the
/// class loader, which is some 2 MiB at level 1 and more at higher levels.
public final class ZstdCodec implements Codec {
    private static final int ID = 1;
    private static final int LOWEST_LEVEL = -7;
    private static final int HIGHEST_LEVEL = 22;

    /// Only as many work at once as there are cores, whatever the number of threads.
    private static final int POOLED = 4;

    /// Up to here the bound of zstd has a term for small inputs.
    private static final int SMALL_BYTES = 128 << 10;

    private final ArrayBlockingQueue<ZstdCompressCtx> compressors = new ArrayBlockingQueue<>(POOLED);
    private final ArrayBlockingQueue<ZstdDecompressCtx> decompressors = new ArrayBlockingQueue<>(POOLED);

    @Override
    public int id() {
        return ID;
    }

    @Override
    public String name() {
        return "zstd";
    }

    @Override
    public void checkLevel(int level) {
        if (level < LOWEST_LEVEL || level > HIGHEST_LEVEL || level == 0) {
            throw new IllegalArgumentException("zstd has the levels " + LOWEST_LEVEL + " to -1 and 1 to "
                    + HIGHEST_LEVEL + ": codecLevel=" + level);
        }
    }

    @Override
    public int maxCompressedLength(int length) {
        // ZSTD_COMPRESSBOUND, without a call into the native library.
        int forSmall = length < SMALL_BYTES ? (SMALL_BYTES - length) >> 11 : 0;
        return Math.addExact(length, (length >> 8) + forSmall);
    }

    @Override
    public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
        ZstdCompressCtx pooled = compressors.poll();
        ZstdCompressCtx context = pooled != null ? pooled : new ZstdCompressCtx();
        boolean done = false;
        try {
            context.setLevel(level);
            int size = context.compressByteArray(target, targetFrom, target.length - targetFrom, source, from, length);
            done = true;
            return size;
        } finally {
            // What failed may have left the context in any state.
            if (!done || !compressors.offer(context)) {
                context.close();
            }
        }
    }

    @Override
    public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
        ZstdDecompressCtx pooled = decompressors.poll();
        ZstdDecompressCtx context = pooled != null ? pooled : new ZstdDecompressCtx();
        boolean done = false;
        try {
            int size = context.decompressByteArray(target, targetFrom, maxLength, source, from, length);
            done = true;
            return size;
        } catch (ZstdException e) {
            throw new IllegalArgumentException("not zstd, or more than " + maxLength + " bytes: " + e.getMessage(), e);
        } finally {
            if (!done || !decompressors.offer(context)) {
                context.close();
            }
        }
    }
}
