package dev.cometlog.cli;

import java.util.BitSet;
import java.util.List;
import org.HdrHistogram.Histogram;

/// Compares what the workers were told with what a reader was given.
final class DemoProof {
    private final Histogram latency = new Histogram(3);
    private long acknowledged;
    private long missing;
    private long duplicates;

    DemoProof(List<AckFile> told, DemoLedger read, int shards) {
        BitSet[] named = new BitSet[shards];
        for (int shard = 0; shard < shards; shard++) {
            named[shard] = new BitSet();
        }
        for (AckFile acks : told) {
            long count = acks.count();
            for (long record = 0; record < count; record++) {
                int shard = acks.shard(record);
                long offset = acks.offset(record);
                acknowledged++;
                if (!read.holds(shard, offset, acks.length(record), acks.crc(record))) {
                    missing++;
                }
                if (named[shard].get((int) offset)) {
                    duplicates++;
                }
                named[shard].set((int) offset);
                latency.recordValue(acks.nanos(record));
            }
        }
    }

    /// Appends that returned.
    long acknowledged() {
        return acknowledged;
    }

    /// Acknowledged entries that were not read, or not as they were written.
    long missing() {
        return missing;
    }

    /// Ids that were given to two appends.
    long duplicates() {
        return duplicates;
    }

    /// How long the appends took, in nanoseconds.
    Histogram latency() {
        return latency;
    }
}
