package dev.cometlog.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.HdrHistogram.Histogram;

/// Appends one payload at a time: the mean of passes without a clock, and percentiles of passes with one.
final class AppendCell {
    private static final int ROUNDS = 5;
    private static final int WARM_UP_ROUNDS = 2;
    private static final long SLOWEST_NANOS = 60_000_000_000L;

    private final Target target;

    AppendCell(Target target) {
        this.target = target;
    }

    Result run(int payloadBytes, int perRound) throws IOException {
        byte[] payload = new byte[payloadBytes];
        new Random(1).nextBytes(payload);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Histogram histogram = new Histogram(SLOWEST_NANOS, 3);
        long untimedNanos = 0;
        long allocated = 0;
        for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
            boolean counts = round >= WARM_UP_ROUNDS;
            long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                target.append(payload);
            }
            long took = System.nanoTime() - start;
            long allocatedAfter = threads.getCurrentThreadAllocatedBytes();
            if (counts) {
                untimedNanos += took;
                allocated += allocatedAfter - allocatedBefore;
            } else {
                histogram.reset();
            }
            for (int i = 0; i < perRound; i++) {
                long before = System.nanoTime();
                target.append(payload);
                histogram.recordValue(System.nanoTime() - before);
            }
        }
        long intact = target.verify(payload);
        target.close();
        double appends = (double) ROUNDS * perRound;
        return new Result()
                .with("meanNs", untimedNanos / appends)
                .with("p50Ns", histogram.getValueAtPercentile(50))
                .with("p99Ns", histogram.getValueAtPercentile(99))
                .with("p999Ns", histogram.getValueAtPercentile(99.9))
                .with("p9999Ns", histogram.getValueAtPercentile(99.99))
                .with("maxNs", histogram.getMaxValue())
                .with("allocatedPerAppend", allocated / appends)
                .with("intact", intact);
    }
}
