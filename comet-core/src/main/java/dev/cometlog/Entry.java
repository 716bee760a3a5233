package dev.cometlog;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// One payload with its id and timestamp.
public final class Entry {
    private final EntryId id;
    private final long timestampMicros;
    private final byte[] payload;

    Entry(EntryId id, long timestampMicros, byte[] payload) {
        this.id = id;
        this.timestampMicros = timestampMicros;
        this.payload = payload;
    }

    /// An entry that owns its bytes, copied from what a visitor was given.
    static Entry copyOf(EntryId id, long timestampMicros, MemorySegment memory, long position, int length) {
        byte[] payload = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, payload, 0, length);
        return new Entry(requireNonNull(id, "id"), timestampMicros, payload);
    }

    public EntryId id() {
        return id;
    }

    /// When it was appended. Never decreases within a shard.
    public Instant timestamp() {
        return Instant.EPOCH.plus(timestampMicros, ChronoUnit.MICROS);
    }

    /// When it was appended, in microseconds since 1970.
    public long timestampMicros() {
        return timestampMicros;
    }

    /// A copy of the payload.
    public byte[] bytes() {
        return payload.clone();
    }

    /// The payload, read-only.
    public MemorySegment data() {
        return MemorySegment.ofArray(payload).asReadOnly();
    }

    /// An entry that stays valid for good.
    public Entry copy() {
        return this;
    }

    @Override
    public String toString() {
        return id + " (" + payload.length + " bytes)";
    }
}
