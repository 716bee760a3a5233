package dev.cometlog;

import dev.cometlog.internal.consumer.Batch;
import java.lang.foreign.MemorySegment;

/// An entry whose bytes are in the batch that it came with.
final class DeliveredEntry implements Entry {
    private final Batch batch;
    private final int index;
    private final long timestampMicros;

    DeliveredEntry(Batch batch, int index) {
        this.batch = batch;
        this.index = index;
        this.timestampMicros = batch.timestampMicros(index);
    }

    @Override
    public EntryId id() {
        return new EntryId(batch.stream(), batch.shard(), batch.firstOffset() + index);
    }

    @Override
    public long timestampMicros() {
        return timestampMicros;
    }

    @Override
    public byte[] bytes() {
        return batch.bytes(index);
    }

    @Override
    public MemorySegment data() {
        return batch.data(index);
    }

    @Override
    public Entry copy() {
        return new OwnedEntry(id(), timestampMicros, bytes());
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
