package dev.cometlog.internal.consumer;

import dev.cometlog.Gap;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Entries of one shard that follow each other, handed to a consumer for a time.
public final class Batch {
    private final String stream;
    private final ShardLease lease;
    private final int generation;
    private final long firstOffset;
    private final int size;
    private final List<Gap> gaps;

    /// Null once the batch has ended and the buffer holds, or may hold, something else.
    private volatile @Nullable EntryBuffer buffer;

    Batch(String stream, ShardLease lease, int generation, EntryBuffer buffer, List<Gap> gaps) {
        this.stream = stream;
        this.lease = lease;
        this.generation = generation;
        this.firstOffset = buffer.firstOffset();
        this.size = buffer.count();
        this.gaps = gaps;
        this.buffer = buffer;
    }

    public String stream() {
        return stream;
    }

    public int shard() {
        return lease.shard();
    }

    public long firstOffset() {
        return firstOffset;
    }

    long endOffset() {
        return firstOffset + size;
    }

    public int size() {
        return size;
    }

    /// What was passed over right before the first entry.
    public List<Gap> gaps() {
        return gaps;
    }

    public long timestampMicros(int index) {
        return live().timestampMicros(index);
    }

    public byte[] bytes(int index) {
        byte[] copy = live().copy(index);
        // Another thread may have kept the entry: what it copied counts only if the buffer was still ours.
        Objects.requireNonNull(live());
        return copy;
    }

    public MemorySegment data(int index) {
        return live().data(index);
    }

    public int length(int index) {
        return live().length(index);
    }

    private EntryBuffer live() {
        EntryBuffer present = buffer;
        if (present == null) {
            throw new IllegalStateException("the delivery has ended, and with it the entry's bytes; copy() keeps them");
        }
        return present;
    }

    /// Acknowledges all entries, and the gaps before them.
    public void ack() {
        for (Gap gap : gaps) {
            lease.passGap(generation, gap);
        }
        ackTo(endOffset());
    }

    /// Acknowledges some of the entries.
    public void ack(long from, long end) {
        lease.ack(generation, from, end);
    }

    /// Acknowledges the entries below an offset.
    void ackTo(long end) {
        if (size > 0) {
            lease.ack(generation, firstOffset, Math.min(end, endOffset()));
        }
    }

    /// Whether the shard is wanted elsewhere, or was sought to another place.
    public boolean isCancelled() {
        return lease.isLeaving() || lease.generation() != generation;
    }

    ShardLease lease() {
        return lease;
    }

    int generation() {
        return generation;
    }

    /// Takes the bytes back.
    void end() {
        buffer = null;
    }
}
