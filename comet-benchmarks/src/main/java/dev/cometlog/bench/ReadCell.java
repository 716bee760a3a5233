package dev.cometlog.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// Reads entries that were appended one by one from the first to the last, again and again; the median pass counts.
final class ReadCell {
    private static final int PASSES = 7;
    private static final long LEAST_ENTRIES_PER_PASS = 1_000_000;

    private final Target target;

    ReadCell(Target target) {
        this.target = target;
    }

    Result run(int payloadBytes, int entries) throws Exception {
        byte[] payload = AppendCell.payload(payloadBytes);
        for (int i = 0; i < entries; i++) {
            target.append(payload);
        }
        long kept = target.kept(entries);
        Result result = new Result()
                .with("verifiedNs", nanosPerEntry(kept, true))
                .with("unverifiedNs", nanosPerEntry(kept, false))
                .with("allocatedPerEntry", allocatedPerEntry(kept));
        Verified.require(kept, target.intact(payload));
        target.close();
        return result;
    }

    private double nanosPerEntry(long entries, boolean verified) throws Exception {
        long repeats = Math.max(1, LEAST_ENTRIES_PER_PASS / entries);
        double[] passes = new double[PASSES];
        for (int pass = 0; pass < PASSES; pass++) {
            long start = System.nanoTime();
            for (long i = 0; i < repeats; i++) {
                Verified.require(entries, target.read(verified));
            }
            passes[pass] = (System.nanoTime() - start) / (double) (repeats * entries);
        }
        Arrays.sort(passes);
        return passes[PASSES / 2];
    }

    private double allocatedPerEntry(long entries) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Verified.require(entries, target.read(true));
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) entries;
    }
}
