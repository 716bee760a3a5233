package dev.cometlog;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An entry that owns its bytes.
final class OwnedEntry implements Entry {
    private final EntryId id;
    private final long timestampMicros;
    private final byte[] payload;

    OwnedEntry(EntryId id, long timestampMicros, byte[] payload) {
        this.id = requireNonNull(id, "id");
        this.timestampMicros = timestampMicros;
        this.payload = payload;
    }

    /// Copies what a visitor was given.
    static Entry copyOf(EntryId id, long timestampMicros, MemorySegment memory, long position, int length) {
        byte[] payload = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, payload, 0, length);
        return new OwnedEntry(id, timestampMicros, payload);
    }

    @Override
    public EntryId id() {
        return id;
    }

    @Override
    public long timestampMicros() {
        return timestampMicros;
    }

    @Override
    public byte[] bytes() {
        return payload.clone();
    }

    @Override
    public MemorySegment data() {
        return MemorySegment.ofArray(payload).asReadOnly();
    }

    @Override
    public Entry copy() {
        return this;
    }

    @Override
    public String toString() {
        return id + " (" + payload.length + " bytes)";
    }
}
