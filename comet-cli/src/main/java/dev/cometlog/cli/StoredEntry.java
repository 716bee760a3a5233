package dev.cometlog.cli;

/// A copy of one entry of a stream.
final class StoredEntry {
    private final int shard;
    private final long offset;
    private final long timestampMicros;
    private final byte[] payload;

    StoredEntry(int shard, long offset, long timestampMicros, byte[] payload) {
        this.shard = shard;
        this.offset = offset;
        this.timestampMicros = timestampMicros;
        this.payload = payload;
    }

    int shard() {
        return shard;
    }

    long offset() {
        return offset;
    }

    long timestampMicros() {
        return timestampMicros;
    }

    /// The bytes themselves, not a copy.
    byte[] payload() {
        return payload;
    }
}
