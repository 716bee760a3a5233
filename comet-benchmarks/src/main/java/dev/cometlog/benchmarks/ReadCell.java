package dev.cometlog.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads a shard of lone entries from its start, again and again; the median pass counts.
final class ReadCell {
    private static final int PASSES = 9;
    private static final long LEAST_ENTRIES_PER_PASS = 1_000_000;

    private final Path directory;

    ReadCell(Path directory) {
        this.directory = directory;
    }

    Result run(int payloadBytes, int entries) {
        byte[] payload = new byte[payloadBytes];
        try (Comet comet = CometTarget.open(directory)) {
            CometShard shard = comet.stream("bench:v1", 1).shard(0);
            for (int i = 0; i < entries; i++) {
                long unused = shard.append(payload);
                assert unused >= 0;
            }
            comet.sync();
            return new Result()
                    .with("verifiedNsPerEntry", nanosPerEntry(shard, entries, Verify.CRC))
                    .with("unverifiedNsPerEntry", nanosPerEntry(shard, entries, Verify.NONE))
                    .with("allocatedPerEntry", allocatedPerEntry(shard, entries));
        }
    }

    private static double nanosPerEntry(CometShard shard, int entries, Verify verify) {
        long repeats = Math.max(1, LEAST_ENTRIES_PER_PASS / entries);
        List<Double> passes = new ArrayList<>();
        for (int pass = 0; pass < PASSES; pass++) {
            long start = System.nanoTime();
            for (long i = 0; i < repeats; i++) {
                scan(shard, entries, verify);
            }
            passes.add((System.nanoTime() - start) / (double) (repeats * entries));
        }
        passes.sort(Double::compare);
        return passes.get(PASSES / 2);
    }

    private static double allocatedPerEntry(CometShard shard, int entries) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        scan(shard, entries, Verify.CRC);
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) entries;
    }

    private static void scan(CometShard shard, int entries, Verify verify) {
        long[] bytes = {0};
        shard.scan(
                0,
                verify,
                (offset, micros, memory, position, length) -> {
                    bytes[0] += length;
                    return true;
                },
                GapVisitor.ignore());
        if (bytes[0] % entries != 0) {
            throw new AssertionError("read " + bytes[0] + " bytes of " + entries + " equal entries");
        }
    }
}
