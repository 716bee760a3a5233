package dev.cometlog.spi;

/// Compresses the bodies of frames. Found by `ServiceLoader`; thread-safe.
public interface Codec {
    /// The number stored in frames, 1 to 3. 1 is zstd.
    int id();

    /// The name used in settings and messages, such as `zstd`.
    String name();

    /// An upper bound of what [#compress] writes for `length` bytes.
    int maxCompressedLength(int length);

    /// Compresses `length` bytes of `source` into `target` and returns how many bytes were written.
    int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level);

    /// The size that the compressed bytes claim to expand to, or -1 if they are malformed.
    /// Never trusted: the caller bounds it before it allocates anything.
    long decompressedLength(byte[] source, int from, int length);

    /// Expands into `target`, writing at most `maxLength` bytes, and returns how many.
    ///
    /// @throws IllegalArgumentException if the bytes are malformed or expand to more
    int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength);
}
