package dev.cometlog.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.ProcessOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What open shards cost in memory and entries on disk.
final class MemoryCell {
    private static final int PAYLOAD_BYTES = 256;
    private static final int COLLECTIONS = 5;
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final double MEBI = 1 << 20;

    private MemoryCell() {}

    /// Heap after a full collection with that many shards open, each of which took an entry; then what a consumer of
    /// all of them takes of a core while nothing comes, housekeeping included.
    static Result idle(Path directory, int shards) throws IOException, InterruptedException {
        double before = heapInUse();
        try (Comet comet = CometTarget.open(directory)) {
            for (int i = 0; i < shards; i++) {
                long unused = comet.stream(CometTarget.STREAM, shards).shard(i).append(new byte[PAYLOAD_BYTES]);
                assert unused >= 0;
            }
            double after = heapInUse();
            double resident = residentMiB("VmRSS:");
            return new Result()
                    .with("heapMiB", after - before)
                    .with("rssMiB", resident)
                    .with("idlePercent", idlePercent(comet));
        }
    }

    private static double idlePercent(Comet comet) throws InterruptedException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (CometConsumer consumer = comet.consumer("bench")) {
            ConsumerTask task =
                    consumer.start(delivery -> {}, ProcessOptions.builder().build());
            Thread.sleep(WARM_UP);
            long processor = system.getProcessCpuTime();
            long start = System.nanoTime();
            Thread.sleep(IDLE);
            double percent = (system.getProcessCpuTime() - processor) * 100.0 / (System.nanoTime() - start);
            boolean stopped = task.stop(Duration.ofMinutes(1));
            assert stopped;
            return percent;
        }
    }

    /// Appends that many MiB over that many shards: run inside a memory limit, it shows that they suffice.
    static Result write(Path directory, int shards, int megabytes) throws IOException {
        byte[] payload = AppendCell.payload(PAYLOAD_BYTES);
        try (Comet comet = CometTarget.open(directory)) {
            long appends = ((long) megabytes << 20) / PAYLOAD_BYTES;
            long start = System.nanoTime();
            for (long i = 0; i < appends; i++) {
                long unused = comet.stream(CometTarget.STREAM, shards)
                        .shard((int) (i % shards))
                        .append(payload);
                assert unused >= 0;
            }
            double nanos = System.nanoTime() - start;
            long kept = 0;
            for (int i = 0; i < shards; i++) {
                kept += comet.stream(CometTarget.STREAM).shard(i).length();
            }
            Verified.require(appends, kept);
            return new Result()
                    .with("nsPerEntry", nanos / appends)
                    .with("heapMiB", heapInUse())
                    .with("peakRssMiB", residentMiB("VmHWM:"));
        }
    }

    private static double residentMiB(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith(field))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum()
                / 1024.0;
    }

    private static double heapInUse() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEBI;
    }
}
