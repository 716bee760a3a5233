package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// How long syncs took: [#BUCKETS] words of the state page. The first counts syncs of less than 2 µs, each
/// further one those of up to twice as long as the one before, the last one all longer ones. Anybody may add.
final class SyncTimes {
    static final int BUCKETS = 32;
    private static final int NANOS_PER_MICRO = 1000;

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment page;
    private final int field;

    /// @param field where in the page the words are
    SyncTimes(MemorySegment page, int field) {
        this.page = page;
        this.field = field;
    }

    void add(long nanos) {
        long micros = Math.max(1, nanos / NANOS_PER_MICRO);
        int bucket = Math.min(Long.SIZE - 1 - Long.numberOfLeadingZeros(micros), BUCKETS - 1);
        var _ = (long) LONG.getAndAdd(page, field + (long) bucket * Long.BYTES, 1L);
    }

    /// How many syncs each bucket counts.
    long[] counts() {
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = (long) LONG.getAcquire(page, field + (long) i * Long.BYTES);
        }
        return counts;
    }
}
