package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;

/// A short measurement of one directory's disk, and of a log on it.
///
/// The verdicts compare with what [docs/benchmarks.md] has of a small shared machine: a figure is called slow if it
/// is several times worse than there, so that noise does not make a verdict.
final class DiskBench {
    private static final int PAYLOAD = 100;
    private static final int BATCH = 100;
    private static final int BLOCK = 4096;

    /// Keeps what is measured within the page cache of a small machine.
    private static final long MOST_BYTES = 192L << 20;

    private static final double SLOW_APPEND_NANOS = 3_000;
    private static final double SLOW_APPEND_P99_NANOS = 50_000;
    private static final double SLOW_BATCH_PER_SECOND = 500_000;
    private static final double SLOW_READ_PER_SECOND = 1_000_000;
    private static final double SLOW_SYNC_NANOS = 50_000_000;

    private final Path directory;
    private final long partNanos;

    DiskBench(Path directory, Duration time) {
        this.directory = directory;
        // Four parts of the same length; reading takes what it takes.
        this.partNanos = time.toNanos() / 4;
    }

    /// One thing that was measured.
    record Figure(String name, String value, String verdict, boolean isSlow) {
        static Figure of(String name, String value, boolean isSlow, String limit) {
            return new Figure(name, value, isSlow ? "SLOW: " + limit : "fine", isSlow);
        }
    }

    List<Figure> run() throws IOException {
        List<Figure> figures = new ArrayList<>(disk());
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            figures.addAll(appends(comet.stream("lone:v1", 1).shard(0)));
            CometShard batches = comet.stream("batches:v1", 1).shard(0);
            figures.add(batches(batches));
            figures.add(reads(batches));
            figures.add(syncs(comet.stream("synced:v1", 1).shard(0)));
        }
        return figures;
    }

    /// What a sync costs at least: a block written and forced, by nothing but the operating system.
    private List<Figure> disk() throws IOException {
        List<Long> times = new ArrayList<>();
        try (FileChannel file = FileChannel.open(
                directory.resolve("forced"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            long end = System.nanoTime() + partNanos;
            while (System.nanoTime() < end || times.size() < 5) {
                long started = System.nanoTime();
                int _ = file.write(block.clear(), 0);
                file.force(false);
                times.add(System.nanoTime() - started);
            }
        }
        Collections.sort(times);
        long median = times.get(times.size() / 2);
        return List.of(Figure.of(
                "disk: write 4 KiB and force, median",
                Quantity.time(Duration.ofNanos(median)),
                median > SLOW_SYNC_NANOS,
                "durable appends wait this long; a local SSD takes less than 10 ms"));
    }

    private List<Figure> appends(CometShard shard) {
        byte[] payload = new byte[PAYLOAD];
        Histogram nanos = new Histogram(3);
        // The first ones are compiled and make files; they are not what a service feels.
        for (int i = 0; i < 50_000; i++) {
            long _ = shard.append(payload);
        }
        long most = MOST_BYTES / (PAYLOAD + 12);
        long end = System.nanoTime() + partNanos;
        long last = System.nanoTime();
        for (long i = 0; i < most && last < end; i++) {
            long _ = shard.append(payload);
            long now = System.nanoTime();
            nanos.recordValue(now - last);
            last = now;
        }
        long median = nanos.getValueAtPercentile(50);
        long p99 = nanos.getValueAtPercentile(99);
        return List.of(
                Figure.of(
                        "append of 100 B, median",
                        median + " ns",
                        median > SLOW_APPEND_NANOS,
                        "more than " + (long) SLOW_APPEND_NANOS + " ns: the CPU is busy or throttled"),
                Figure.of(
                        "append of 100 B, 99th percentile",
                        p99 + " ns",
                        p99 > SLOW_APPEND_P99_NANOS,
                        "more than " + (long) SLOW_APPEND_P99_NANOS + " ns: memory or CPU is short"),
                new Figure(
                        "append of 100 B, longest",
                        Quantity.time(Duration.ofNanos(nanos.getMaxValue())),
                        "of " + Quantity.count(nanos.getTotalCount()),
                        false));
    }

    private Figure batches(CometShard shard) {
        List<byte[]> batch = Collections.nCopies(BATCH, new byte[PAYLOAD]);
        long started = System.nanoTime();
        long entries = 0;
        while (System.nanoTime() - started < partNanos && entries * PAYLOAD < MOST_BYTES) {
            long _ = shard.append(batch);
            entries += BATCH;
        }
        return rate("batches of 100 × 100 B, entries", entries, started, SLOW_BATCH_PER_SECOND);
    }

    private Figure reads(CometShard shard) {
        long started = System.nanoTime();
        long[] read = {0};
        long _ = shard.scan(shard.startOffset(), (offset, time, memory, position, length) -> {
            read[0]++;
            return true;
        });
        return rate("reading them back, entries", read[0], started, SLOW_READ_PER_SECOND);
    }

    private static Figure rate(String name, long entries, long startedNanos, double least) {
        double perSecond = entries / ((System.nanoTime() - startedNanos) / 1e9);
        return Figure.of(
                name, Quantity.count(perSecond) + "/s", perSecond < least, "less than " + Quantity.count(least) + "/s");
    }

    private Figure syncs(CometShard shard) {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + partNanos;
        while (System.nanoTime() < end || times.size() < 5) {
            long _ = shard.append(new byte[PAYLOAD]);
            long started = System.nanoTime();
            shard.sync();
            times.add(System.nanoTime() - started);
        }
        Collections.sort(times);
        long median = times.get(times.size() / 2);
        return Figure.of(
                "append and sync, median",
                Quantity.time(Duration.ofNanos(median)),
                median > SLOW_SYNC_NANOS,
                "the disk takes long to force; group what has to be durable");
    }
}
