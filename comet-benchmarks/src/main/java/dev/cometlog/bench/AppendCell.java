package dev.cometlog.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;

/// Appends payloads alone or in batches: the mean of passes without a clock, percentiles of passes with one, and
/// what the calling thread allocated, segments included and, as the median of slices, without them. Afterwards
/// everything is read back.
final class AppendCell {
    static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999, 100};
    private static final int PASSES = 8;
    private static final int WARM_UP_PASSES = 2;

    /// Of a pass: a segment is rolled in a few of them, and making one allocates.
    private static final int SLICES = 100;

    private static final long SLOWEST_NANOS = 60_000_000_000L;

    private final Target target;
    private final byte[] payload;
    private final List<byte[]> batch;

    AppendCell(Target target, int payloadBytes, int batch) {
        this.target = target;
        this.payload = payload(payloadBytes);
        this.batch = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            this.batch.add(payload);
        }
    }

    static byte[] payload(int bytes) {
        byte[] payload = new byte[bytes];
        new Random(1).nextBytes(payload);
        return payload;
    }

    Result run(int megabytes) throws Exception {
        long callsPerPass =
                Math.max(1, ((long) megabytes << 20) / ((long) payload.length * batch.size()) / (PASSES * 2));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Histogram histogram = new Histogram(SLOWEST_NANOS, 3);
        long nanos = 0;
        long allocated = 0;
        // The warm-up's are written over.
        long[] slices = new long[PASSES * SLICES];
        for (int pass = 0; pass < WARM_UP_PASSES + PASSES; pass++) {
            boolean counts = pass >= WARM_UP_PASSES;
            long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            long allocatedAfter = allocatedBefore;
            for (int slice = 1; slice <= SLICES; slice++) {
                untimed(callsPerPass * slice / SLICES - callsPerPass * (slice - 1) / SLICES);
                long allocatedNow = threads.getCurrentThreadAllocatedBytes();
                slices[pass % PASSES * SLICES + slice - 1] = allocatedNow - allocatedAfter;
                allocatedAfter = allocatedNow;
            }
            long took = System.nanoTime() - start;
            if (counts) {
                nanos += took;
                allocated += allocatedAfter - allocatedBefore;
            } else {
                histogram.reset();
            }
            timed(callsPerPass, histogram);
        }
        long entries = callsPerPass * batch.size() * (WARM_UP_PASSES + PASSES) * 2;
        Verified.require(target.kept(entries), target.intact(payload));
        target.close();
        double measured = (double) PASSES * callsPerPass * batch.size();
        Result result = new Result()
                .with("nsPerEntry", nanos / measured)
                .with("millionPerSecond", measured * 1000 / nanos)
                .with("allocatedPerEntry", allocated / measured)
                .with("allocatedWithoutRoll", median(slices) * SLICES / ((double) callsPerPass * batch.size()));
        for (double percentile : PERCENTILES) {
            result.with("p" + percentile, histogram.getValueAtPercentile(percentile));
        }
        return result;
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private void untimed(long calls) throws Exception {
        for (long i = 0; i < calls; i++) {
            one();
        }
    }

    private void timed(long calls, Histogram histogram) throws Exception {
        for (long i = 0; i < calls; i++) {
            long before = System.nanoTime();
            one();
            histogram.recordValue(System.nanoTime() - before);
        }
    }

    private void one() throws Exception {
        if (batch.size() == 1) {
            target.append(payload);
        } else {
            target.appendBatch(batch);
        }
    }
}
