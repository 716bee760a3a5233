package dev.cometlog.spi;

/// Compresses the bodies of frames. Found by `ServiceLoader`; thread-safe.
///
/// Making one must be cheap and must not fail: every process that has it on its class path makes one, whether it
/// uses it or not. What cannot work here, such as a native library for another machine, fails at the first use
/// with a `LinkageError`; the log then goes on as if the codec were missing.
///
/// Source and target never overlap. The log checks what was compressed with a CRC before it expands it, so that
/// malformed bytes are rare, but they must do no harm.
public interface Codec {
    /// The number stored in frames, 1 to 3. 1 is zstd.
    int id();

    /// The name used in settings and messages, such as `zstd`.
    String name();

    /// Refuses a level that the codec does not have.
    ///
    /// @throws IllegalArgumentException naming the level and those that there are
    void checkLevel(int level);

    /// An upper bound of what [#compress] writes for `length` bytes.
    int maxCompressedLength(int length);

    /// Compresses `length` bytes of `source` into `target`, where `maxCompressedLength(length)` bytes are free, and
    /// returns how many bytes were written.
    ///
    /// @param level one that [#checkLevel] accepts
    int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level);

    /// Expands into `target`, writing at most `maxLength` bytes, and returns how many.
    ///
    /// @throws IllegalArgumentException if the bytes are malformed or expand to more
    int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength);
}
