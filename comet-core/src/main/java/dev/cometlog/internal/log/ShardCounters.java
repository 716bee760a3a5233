package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What a shard's state page counts, over all processes and for as long as the page lives: words of [ShardState].
///
/// Thread-safe, for processes too, where the methods do not say who may call them.
public final class ShardCounters {
    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /// Each is in the word of its number; the numbers are part of the format.
    public enum Counter {
        BYTES(0),
        BATCHES(1),
        ROLLS(2),
        SYNCS(3),
        SYNC_NANOS(4),
        LOCK_WAITS(5),
        TAKE_OVERS(6),
        /// Appends that had to wait for a segment, for room or for offsets.
        STALLS(7),
        RECOVERIES(8),
        EXPIRED(9),
        DROPPED(10),
        LOST(11),
        /// Damaged ranges, each once.
        DAMAGED_PLACES(12),
        /// Entries that were refused for want of room.
        REFUSED(13),
        COMPRESSED_FROM(14),
        COMPRESSED_TO(15),
        LAST_SYNC_MICROS(16),
        COMPRESS_NANOS(17),
        STALL_NANOS(18),
        LONGEST_SYNC_NANOS(19),
        SYNC_FAILURES(20),
        /// Offsets of the damaged ranges.
        DAMAGED(21),
        LAST_DROP_MICROS(22),
        LAST_REFUSED_MICROS(23),
        /// Waits for the lock that were given up after `appendTimeout`.
        BUSY(24);

        private final int word;

        Counter(int word) {
            this.word = word;
        }
    }

    private final MemorySegment page;
    private final int first;

    /// @param first where in the page the words are
    ShardCounters(MemorySegment page, int first) {
        this.page = page;
        this.first = first;
    }

    /// What it stands at.
    public long get(Counter counter) {
        return (long) LONG.getAcquire(page, field(counter));
    }

    /// Adds to a counter that only the holder of the lock word changes.
    void addHeld(Counter counter, long amount) {
        long field = field(counter);
        LONG.set(page, field, (long) LONG.get(page, field) + amount);
    }

    /// Adds to a counter that anybody may change.
    void add(Counter counter, long amount) {
        var _ = (long) LONG.getAndAdd(page, field(counter), amount);
    }

    /// Raises a counter that says how much something was at most.
    void raise(Counter counter, long value) {
        for (long known = get(counter);
                known < value && !LONG.compareAndSet(page, field(counter), known, value);
                known = get(counter)) {
            Thread.onSpinWait();
        }
    }

    /// Replaces a counter that says what was last, or that only the holder of the lock word changes.
    void set(Counter counter, long value) {
        LONG.setRelease(page, field(counter), value);
    }

    private long field(Counter counter) {
        return first + (long) counter.word * Long.BYTES;
    }
}
