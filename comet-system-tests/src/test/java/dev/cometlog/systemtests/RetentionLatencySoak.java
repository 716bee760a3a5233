package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometShard;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.Retained;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What appenders feel while a large backlog is deleted. It writes 10 GiB, so it is no part of the build:
///
///     ./mvnw -pl comet-system-tests -am verify -Dit.test=RetentionLatencySoak -Dtest=NONE \
///         -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
///
/// `-Dcomet.backlogBytes` sets another size, `-Dcomet.rounds` how often, `-Djava.io.tmpdir` another disk.
class RetentionLatencySoak {
    private static final long BACKLOG_BYTES = Long.getLong("comet.backlogBytes", 10L << 30);
    private static final int BACKLOG_SHARDS = 8;
    private static final int APPENDERS = 2;
    private static final int PACE_NANOS = 20_000;
    private static final int ROUNDS = Integer.getInteger("comet.rounds", 3);
    private static final int BATCH = 64;
    private static final Duration QUIET = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private volatile boolean stopped;

    @Test
    void deletingABacklogDoesNotSlowAppendersDown() throws Exception {
        List<String> report = new ArrayList<>();
        double[] ratios = new double[ROUNDS];
        try (Comet comet = Comet.open(
                directory,
                c -> c.retention(r -> r.maxTotalBytes(60L << 30)
                                .maxShardBytes(4L << 30)
                                .minFreeBytes(1 << 30))
                        .retention("backlog:v1", r -> r.minSegments(0)))) {
            Log log = Logs.open(directory, CometConfig.builder().build());
            for (int round = 0; round < ROUNDS; round++) {
                // So that nothing of the backlog is deleted before it is measured.
                comet.stream("backlog:v1", BACKLOG_SHARDS);
                log.alter("backlog:v1", Map.of("maxAge", "PT24H"));
                fill(comet);
                List<Appender> appenders = start(comet);
                LockSupport.parkNanos(QUIET.toNanos());
                long[] quiet = take(appenders);
                log.alter("backlog:v1", Map.of("maxAge", "PT0.001S"));
                long started = System.nanoTime();
                Retained gone = log.retain(false);
                double seconds = (System.nanoTime() - started) / 1e9;
                long[] busy = take(appenders);
                stopped = true;
                for (Appender appender : appenders) {
                    appender.thread.join();
                }
                assertThat(gone.bytes()).isGreaterThan(BACKLOG_BYTES / 10 * 9);
                ratios[round] = (double) percentile(busy, 0.999) / percentile(quiet, 0.999);
                report.add(String.format(
                        java.util.Locale.ROOT,
                        "deleted %d bytes in %d segments in %.2f s; p50/p99/p99.9/max ns: quiet %s of %d, while deleting"
                                + " %s of %d; p99.9 ratio %.2f",
                        gone.bytes(),
                        gone.segments(),
                        seconds,
                        text(quiet),
                        quiet.length,
                        text(busy),
                        busy.length,
                        ratios[round]));
            }
            Logs.close(log);
        }
        report.forEach(System.out::println);
        Arrays.sort(ratios);
        assertThat(ratios[ROUNDS / 2]).as(String.join("\n", report)).isLessThan(1.5);
    }

    private static void fill(Comet comet) {
        byte[] payload = new byte[64 * 1024];
        List<byte[]> batch = Collections.nCopies(BATCH, payload);
        long batches = BACKLOG_BYTES / ((long) BATCH * payload.length);
        for (long i = 0; i < batches; i++) {
            long _ =
                    comet.stream("backlog:v1").shard((int) (i % BACKLOG_SHARDS)).append(batch);
        }
        comet.sync();
    }

    private List<Appender> start(Comet comet) {
        stopped = false;
        List<Appender> appenders = new ArrayList<>();
        for (int i = 0; i < APPENDERS; i++) {
            appenders.add(new Appender(comet.stream("live:v1", APPENDERS).shard(i)));
        }
        return appenders;
    }

    /// The durations of all appends since the last call, sorted.
    private static long[] take(List<Appender> appenders) {
        long[] all = appenders.stream()
                .flatMapToLong(appender -> Arrays.stream(appender.take()))
                .sorted()
                .toArray();
        assertThat(all.length).as("appends measured").isGreaterThan(10_000);
        return all;
    }

    private static long percentile(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    }

    private static String text(long[] sorted) {
        return percentile(sorted, 0.5) + "/" + percentile(sorted, 0.99) + "/" + percentile(sorted, 0.999) + "/"
                + sorted[sorted.length - 1];
    }

    /// Appends at a steady pace and notes how long each call took.
    private final class Appender {
        private final CometShard shard;
        private final Thread thread;
        private long[] nanos = new long[1 << 22]; // guarded by this
        private int count; // guarded by this

        Appender(CometShard shard) {
            this.shard = shard;
            this.thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            byte[] payload = new byte[100];
            long next = System.nanoTime();
            while (!stopped) {
                long started = System.nanoTime();
                long _ = shard.append(payload);
                note(System.nanoTime() - started);
                next += PACE_NANOS;
                while (System.nanoTime() < next && !stopped) {
                    Thread.onSpinWait();
                }
            }
        }

        private synchronized void note(long took) {
            if (count < nanos.length) {
                nanos[count++] = took;
            }
        }

        synchronized long[] take() {
            long[] taken = Arrays.copyOf(nanos, count);
            count = 0;
            return taken;
        }
    }
}
