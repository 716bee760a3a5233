package dev.cometlog.internal.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// An open file. Thread-safe; closing it does not end its mappings.
public interface StorageFile extends Closeable {
    /// What a processor can map with one entry of its page tables on the machines we know. Where Linux gives a file
    /// pages of this size, it does so for a write of as many bytes at a multiple of it, and maps all of it at the
    /// first touch.
    int LARGE_PAGE = 2 << 20;

    Path path();

    long size() throws IOException;

    /// Reads up to `length` bytes and returns how many there were before the file ended.
    int read(long position, byte[] into, int from, int length) throws IOException;

    /// Writes all `length` bytes, growing the file if needed.
    void write(long position, byte[] bytes, int from, int length) throws IOException;

    /// Fills the file up to `length` with zeros, in pieces of `pieceBytes`, and leaves it that long.
    ///
    /// The last piece comes first: to a file that grows with each write, xfs gives more blocks than it asked for.
    default void writeZeros(int length, int pieceBytes) throws IOException {
        byte[] zeros = new byte[Math.min(length, pieceBytes)];
        int last = (length - 1) / pieceBytes * pieceBytes;
        write(last, zeros, 0, length - last);
        for (int at = 0; at < last; at += pieceBytes) {
            write(at, zeros, 0, pieceBytes);
        }
    }

    /// Makes the file's bytes durable, mapped stores included, and the metadata needed to read them.
    /// After an error nothing is known about what was not durable before.
    void force() throws IOException;

    /// Makes all pages of a writable mapping of this file dirty, whatever they hold and whoever writes to them
    /// meanwhile. A force that failed, of whomever, may have left pages that count as clean and are not on the
    /// disk: the next one would leave them out and succeed.
    default void makeDirty(MappedFile mapped) {
        mapped.makeDirty();
    }

    /// Maps the first `length` bytes, which must exist.
    MappedFile map(long length, boolean writable) throws IOException;

    @Override
    void close() throws IOException;
}
