package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The damaged ranges of a shard that any process has met, so that each is counted once whoever meets it again.
///
/// [#PLACES] words of the state page, each of which holds one range: its length in the low 16 bits (2^16 - 1 for
/// that many and more) and its first offset above them. 0 is free. A word is taken by CAS 0 → range, and freed by
/// CAS → 0 once the range lies below the start offset. Should all be in use, further damage is counted again
/// whenever it is met again.
final class DamageTable {
    static final int PLACES = 64;
    private static final int LENGTH_BITS = 16;
    private static final long MAX_LENGTH = (1L << LENGTH_BITS) - 1;
    private static final long FREE = 0;

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment page;
    private final int field;

    /// @param field where in the page the words are
    DamageTable(MemorySegment page, int field) {
        this.page = page;
        this.field = field;
    }

    /// Offsets from `from` on, below `to`.
    record Range(long from, long to) {}

    /// Notes a damaged range; false if it was known, in whole or in part.
    ///
    /// @param start ranges below it are forgotten
    boolean note(long from, long to, long start) {
        long word = from << LENGTH_BITS | Math.min(to - from, MAX_LENGTH);
        while (true) {
            int free = -1;
            for (int i = 0; i < PLACES; i++) {
                long known = word(i);
                Range range = range(known);
                if (known != FREE && range.to() <= start && cas(i, known, FREE)) {
                    known = FREE;
                }
                if (known != FREE && range.from() < to && from < range.to()) {
                    return false;
                }
                free = known == FREE && free < 0 ? i : free;
            }
            if (free < 0 || cas(free, FREE, word)) {
                return true;
            }
        }
    }

    /// The ranges at or above `start`, in no order.
    List<Range> known(long start) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            long word = word(i);
            if (word != FREE && range(word).to() > start) {
                ranges.add(range(word));
            }
        }
        return ranges;
    }

    private static Range range(long word) {
        long from = word >>> LENGTH_BITS;
        return new Range(from, from + (word & MAX_LENGTH));
    }

    private long word(int place) {
        return (long) LONG.getAcquire(page, at(place));
    }

    private boolean cas(int place, long expected, long word) {
        return LONG.compareAndSet(page, at(place), expected, word);
    }

    private long at(int place) {
        return field + (long) place * Long.BYTES;
    }
}
