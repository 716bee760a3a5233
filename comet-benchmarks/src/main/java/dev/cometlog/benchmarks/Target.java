package dev.cometlog.benchmarks;

import java.io.IOException;

/// Something that payloads are appended to.
interface Target extends AutoCloseable {
    void append(byte[] payload) throws IOException;

    /// Reads back what was appended and returns how many payloads were intact.
    long verify(byte[] payload) throws IOException;

    @Override
    void close() throws IOException;
}
