package dev.cometlog.bench;

import com.sun.management.ThreadMXBean;
import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Entry;
import dev.cometlog.EntryId;
import dev.cometlog.ProcessOptions;
import dev.cometlog.StopProcessing;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// Acks, the process loop, and how long an entry takes from the append to the handler.
final class ConsumerCell {
    private static final int PAYLOAD_BYTES = 64;
    private static final int PASSES = 7;
    private static final int ACK_PASSES = 20;
    private static final int SAMPLES = 20_000;
    private static final long PACE_NANOS = 100_000;
    private static final long SLOWEST_NANOS = 60_000_000_000L;
    private static final double NANOS_PER_MICRO = 1000;

    private ConsumerCell() {}

    /// One ack for each entry, in order; the ids exist before.
    static Result ack(Path directory, int entries) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Comet comet = filled(directory, entries);
                CometConsumer consumer = comet.consumer("bench")) {
            Verified.require(
                    1,
                    consumer.poll(CometTarget.STREAM, 1, Duration.ofSeconds(1)).size());
            List<EntryId> ids = new ArrayList<>();
            for (int i = 0; i < entries; i++) {
                ids.add(new EntryId(CometTarget.STREAM, 0, i));
            }
            int each = entries / ACK_PASSES;
            double[] passes = new double[ACK_PASSES];
            long allocated = 0;
            for (int pass = 0; pass < ACK_PASSES; pass++) {
                allocated = threads.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                acknowledge(consumer, ids, pass * each, (pass + 1) * each);
                passes[pass] = (System.nanoTime() - start) / (double) each;
                allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
            }
            acknowledge(consumer, ids, ACK_PASSES * each, entries);
            Verified.require(0, consumer.lag(CometTarget.STREAM).entries());
            // The first half warms up.
            double[] warm = Arrays.copyOfRange(passes, ACK_PASSES / 2, ACK_PASSES);
            Arrays.sort(warm);
            return new Result()
                    .with("nsPerAck", warm[warm.length / 2])
                    .with("allocatedPerAck", allocated / (double) each);
        }
    }

    private static void acknowledge(CometConsumer consumer, List<EntryId> ids, int from, int to) {
        for (int i = from; i < to; i++) {
            consumer.ack(ids.get(i));
        }
    }

    private static Comet filled(Path directory, int entries) {
        Comet comet = CometTarget.open(directory);
        byte[] payload = AppendCell.payload(PAYLOAD_BYTES);
        for (int i = 0; i < entries; i++) {
            long unused = comet.stream(CometTarget.STREAM, 1).shard(0).append(payload);
            assert unused >= 0;
        }
        comet.sync();
        return comet;
    }

    /// Groups that read all of a shard, one after another; the best pass counts the loop, not the compiler.
    static Result process(Path directory, int entries, int batchSize) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double best = 0;
        double allocatedPerEntry = 0;
        try (Comet comet = filled(directory, entries)) {
            for (int pass = 0; pass < PASSES; pass++) {
                long[] seen = {0, 0};
                long allocated = threads.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                try (CometConsumer consumer = comet.consumer("bench-" + pass)) {
                    consumer.process(
                            delivery -> {
                                for (Entry entry : delivery) {
                                    seen[1] += entry.data().get(ValueLayout.JAVA_BYTE, 0);
                                    seen[0]++;
                                }
                                if (seen[0] >= entries) {
                                    throw new StopProcessing();
                                }
                            },
                            ProcessOptions.builder().batchSize(batchSize).build());
                }
                double nanos = System.nanoTime() - start;
                Verified.require(entries, seen[0]);
                best = Math.max(best, entries * NANOS_PER_MICRO / nanos);
                allocatedPerEntry = (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) entries;
            }
        }
        return new Result().with("millionPerSecond", best).with("allocatedPerEntry", allocatedPerEntry);
    }

    /// From before an append to the handler, at default settings, ten thousand entries a second.
    static Result visibility(Path directory, boolean across) throws Exception {
        Histogram histogram = new Histogram(SLOWEST_NANOS, 3);
        CountDownLatch done = new CountDownLatch(SAMPLES);
        try (Comet comet = CometTarget.open(directory);
                CometConsumer consumer = comet.consumer("bench")) {
            var unused = comet.stream(CometTarget.STREAM, 1);
            assert unused != null;
            ConsumerTask task = consumer.start(
                    delivery -> {
                        for (Entry entry : delivery) {
                            long appended = ByteBuffer.wrap(entry.bytes())
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getLong();
                            // The first half warms up.
                            if (done.getCount() <= SAMPLES / 2) {
                                histogram.recordValue(Math.max(0, System.nanoTime() - appended));
                            }
                            done.countDown();
                        }
                    },
                    ProcessOptions.builder().build());
            if (across) {
                try (ChildCell child = ChildCell.start(List.of(), "paced-writer", directory.toString())) {
                    child.join();
                    Verified.require(1, done.await(1, TimeUnit.MINUTES) ? 1 : 0);
                }
            } else {
                writePaced(comet);
                Verified.require(1, done.await(1, TimeUnit.MINUTES) ? 1 : 0);
            }
            boolean stopped = task.stop(Duration.ofMinutes(1));
            assert stopped;
        }
        return new Result()
                .with("p50us", histogram.getValueAtPercentile(50) / NANOS_PER_MICRO)
                .with("p99us", histogram.getValueAtPercentile(99) / NANOS_PER_MICRO)
                .with("maxus", histogram.getMaxValue() / NANOS_PER_MICRO);
    }

    /// The child: System.nanoTime is the same clock in all processes of a Linux machine.
    static void writePaced(Path directory) {
        try (Comet comet = CometTarget.open(directory)) {
            writePaced(comet);
        }
    }

    private static void writePaced(Comet comet) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        for (int i = 0; i < SAMPLES; i++) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putLong(0, System.nanoTime());
            assert bytes.hasArray();
            long unused = comet.stream(CometTarget.STREAM, 1).shard(0).append(payload);
            assert unused >= 0;
            LockSupport.parkNanos(PACE_NANOS);
        }
    }
}
