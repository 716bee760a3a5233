package dev.cometlog.bench.compression;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.EntryId;
import dev.cometlog.LingeringAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// Small records that come one by one to a zstd stream: appended alone, and by a lingering appender whose callers wait
/// for each entry or for a future some entries later. Prints rate, size and how long an acknowledgement takes.
///
/// `LingerBench DIRECTORY SECONDS`
public final class LingerBench {
    private static final int MAX_ENTRIES = 100;
    private static final Duration MAX_DELAY = Duration.ofMillis(5);

    private LingerBench() {}

    private record Way(String name, int threads, int ahead, boolean linger, long entriesPerSecond) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path parent = Path.of(args[0]);
        long nanos = (long) (Double.parseDouble(args[1]) * 1e9);
        List<byte[]> records = new JsonLogs(42).next(10_000);
        List<Way> ways = List.of(
                new Way("alone, one thread", 1, 0, false, 0),
                new Way("lingering, one thread waits for each", 1, 0, true, 0),
                new Way("lingering, 64 virtual threads wait for each", 64, 0, true, 0),
                new Way("lingering, one thread is 1000 entries ahead", 1, 1000, true, 0),
                new Way("lingering, 2000 entries/s", 1, 1000, true, 2000));
        System.out.println("| way | entries/s | stored bytes an entry | acknowledged after p50 / p99 |");
        System.out.println("|---|---|---|---|");
        for (Way way : ways) {
            String warm = cell(parent, way, records, nanos / 2);
            assert !warm.isEmpty();
            System.out.println(cell(parent, way, records, nanos));
        }
    }

    private static String cell(Path parent, Way way, List<byte[]> records, long nanos)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(parent, "linger");
        try (Comet comet = Comet.open(
                directory,
                c -> c.codec("zstd").retention(r -> r.maxShardBytes(256L << 20).minFreeBytes(0)))) {
            CometStream stream = comet.stream("bench:v1", 1);
            long begun = System.nanoTime();
            long[] acks;
            try (LingeringAppender appender = stream.lingering(MAX_ENTRIES, MAX_DELAY)) {
                acks = way.linger()
                        ? lingering(way, appender, records, begun + nanos)
                        : alone(stream.shard(0), records, begun + nanos);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            Arrays.sort(acks);
            long entries = stream.shard(0).endOffset();
            return "| %s | %.0f | %.0f | %.1f / %.1f µs |"
                    .formatted(
                            way.name(),
                            entries / seconds,
                            (double) CompressionBench.bytes(directory) / entries,
                            acks[acks.length / 2] / 1000.0,
                            acks[(int) (acks.length * 0.99)] / 1000.0);
        } finally {
            CompressionBench.delete(directory);
        }
    }

    private static long[] alone(CometShard shard, List<byte[]> records, long until) {
        Latencies latencies = new Latencies();
        for (int i = 0; System.nanoTime() < until; i++) {
            long before = System.nanoTime();
            var _ = shard.append(records.get(i % records.size()));
            latencies.add(System.nanoTime() - before);
        }
        return latencies.all();
    }

    private static long[] lingering(Way way, LingeringAppender appender, List<byte[]> records, long until)
            throws InterruptedException {
        Latencies latencies = new Latencies();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[way.threads()];
        for (int t = 0; t < threads.length; t++) {
            // Each thread begins elsewhere, or a batch would hold one record many times.
            int first = t * records.size() / threads.length;
            threads[t] =
                    Thread.ofVirtual().start(() -> append(way, appender, records, first, until, latencies, failure));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("an append failed", failure.get());
        }
        return latencies.all();
    }

    private static void append(
            Way way,
            LingeringAppender appender,
            List<byte[]> records,
            int first,
            long until,
            Latencies latencies,
            AtomicReference<Throwable> failure) {
        ArrayDeque<CompletableFuture<EntryId>> open = new ArrayDeque<>();
        long begun = System.nanoTime();
        for (int i = 0; System.nanoTime() < until; i++) {
            if (way.entriesPerSecond() > 0) {
                LockSupport.parkNanos(begun + i * 1_000_000_000L / way.entriesPerSecond() - System.nanoTime());
            }
            long before = System.nanoTime();
            CompletableFuture<EntryId> future = appender.appendTo(0, records.get((first + i) % records.size()))
                    .whenComplete((id, error) -> {
                        latencies.add(System.nanoTime() - before);
                        if (error != null) {
                            failure.set(error);
                        }
                    });
            open.add(future);
            while (open.size() > way.ahead()) {
                var _ = open.remove().join();
            }
        }
    }

    /// A sample of the latencies: the first million.
    private static final class Latencies {
        private final long[] nanos = new long[1_000_000];
        private final AtomicLong count = new AtomicLong();

        void add(long value) {
            long at = count.getAndIncrement();
            if (at < nanos.length) {
                nanos[(int) at] = value;
            }
        }

        long[] all() {
            return Arrays.copyOf(nanos, (int) Math.min(count.get(), nanos.length));
        }
    }
}
