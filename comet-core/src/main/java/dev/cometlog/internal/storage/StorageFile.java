package dev.cometlog.internal.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// An open file. Thread-safe; closing it does not end its mappings.
public interface StorageFile extends Closeable {
    Path path();

    long size() throws IOException;

    /// Reads up to `length` bytes and returns how many there were before the file ended.
    int read(long position, byte[] into, int from, int length) throws IOException;

    /// Writes all `length` bytes, growing the file if needed.
    void write(long position, byte[] bytes, int from, int length) throws IOException;

    /// Makes the file's bytes durable, mapped stores included, and the metadata needed to read them.
    /// After an error nothing is known about what was not durable before.
    void force() throws IOException;

    /// Maps the first `length` bytes, which must exist.
    MappedFile map(long length, boolean writable) throws IOException;

    @Override
    void close() throws IOException;
}
