package dev.cometlog.bench;

import java.io.IOException;
import java.util.List;

/// Something that payloads are appended to and read from, by one thread. Not durable before it is closed.
public interface Target extends AutoCloseable {
    void append(byte[] payload) throws Exception;

    /// Appends what the subject's own way of batching makes of it; one by one where it has none.
    void appendBatch(List<byte[]> payloads) throws Exception;

    /// Reads every entry from the first on, and returns how many there are.
    ///
    /// @param verified whether checksums are verified, where the subject has a choice
    long read(boolean verified) throws Exception;

    /// Reads back what was appended and returns how many entries equal `payload`.
    long intact(byte[] payload) throws Exception;

    /// How many of the appended entries are still there; less than all in a floor that writes in a ring.
    default long kept(long appended) {
        return appended;
    }

    @Override
    void close() throws IOException;
}
