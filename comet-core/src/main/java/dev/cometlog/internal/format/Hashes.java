package dev.cometlog.internal.format;

import java.nio.charset.StandardCharsets;

/// Hash functions whose results are part of the file format or of key routing, so they can never change.
public final class Hashes {
    private static final int FNV_32_OFFSET = 0x811c9dc5;
    private static final int FNV_32_PRIME = 0x01000193;
    private static final long FNV_64_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_64_PRIME = 0x100000001b3L;

    private Hashes() {}

    /// FNV-1a, 32 bits, over the UTF-8 bytes of `text`: routes a key to its shard.
    public static int fnv1a32(String text) {
        int hash = FNV_32_OFFSET;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_32_PRIME;
        }
        return hash;
    }

    /// FNV-1a, 64 bits, over the UTF-8 bytes of `text`: names a stream in segment headers.
    public static long fnv1a64(String text) {
        long hash = FNV_64_OFFSET;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_64_PRIME;
        }
        return hash;
    }

    /// Stirs 64 bits so that every input bit reaches every output bit (the finalizer of SplitMix64).
    public static long mix64(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
