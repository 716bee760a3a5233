package dev.cometlog.benchmarks;

import dev.cometlog.Comet;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/// What open shards take of the heap.
final class MemoryCell {
    private static final int COLLECTIONS = 5;
    private static final int PAYLOAD_BYTES = 256;
    private static final double MEBI = 1 << 20;

    private MemoryCell() {}

    /// Opens that many shards, appends once to each, and reports the heap in use after a collection.
    static Result idle(Path directory, int shards) {
        double before = heapInUse();
        try (Comet comet = CometTarget.open(directory)) {
            for (int i = 0; i < shards; i++) {
                long unused = comet.stream("bench:v1", shards).shard(i).append(new byte[PAYLOAD_BYTES]);
                assert unused >= 0;
            }
            double after = heapInUse();
            return new Result().with("heapMiB", after).with("heapOfShardsMiB", after - before);
        }
    }

    /// Appends that many MiB over that many shards: run inside a memory limit, it shows that they suffice.
    static Result write(Path directory, int shards, int megabytes) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        try (Comet comet = CometTarget.open(directory)) {
            long appends = ((long) megabytes << 20) / PAYLOAD_BYTES;
            for (long i = 0; i < appends; i++) {
                long unused = comet.stream("bench:v1", shards)
                        .shard((int) (i % shards))
                        .append(payload);
                assert unused >= 0;
            }
            return new Result().with("heapMiB", heapInUse()).with("appended", appends);
        }
    }

    private static double heapInUse() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEBI;
    }
}
