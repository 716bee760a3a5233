package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at random moments, in several logs side by side: `-Dcomet.kills=200` for more of them.
class KillIT {
    private static final int KILLS = Integer.getInteger("comet.kills", 100);
    private static final int LOGS = 4;
    private static final int CHECK_EVERY = 10;
    private static final int SHARDS = 2;
    private static final int THREADS = 2;
    private static final int MOST_ENTRIES_BEFORE_A_KILL = 4000;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.nanoTime());

    @Test
    void killingAWriterLosesNothingThatWasAcknowledgedAndTearsNothing() throws Exception {
        long started = System.nanoTime();
        long acknowledged = 0;
        try (var threads = Executors.newFixedThreadPool(LOGS)) {
            List<Future<Long>> logs = new ArrayList<>();
            for (int i = 0; i < LOGS; i++) {
                Path log = Files.createDirectory(directory.resolve("log-" + i));
                long logSeed = seed + i;
                int kills = (KILLS + LOGS - 1) / LOGS;
                logs.add(threads.submit(() -> killAgainAndAgain(log, new Random(logSeed), kills)));
            }
            for (Future<Long> log : logs) {
                acknowledged += log.get();
            }
        }
        System.out.printf(
                "kills: %d in %d logs, %d acknowledged entries, 0 lost, %.1f s, seed %d%n",
                (KILLS + LOGS - 1) / LOGS * LOGS, LOGS, acknowledged, (System.nanoTime() - started) / 1e9, seed);
    }

    /// Returns how many entries were acknowledged.
    private long killAgainAndAgain(Path directory, Random random, int kills) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, THREADS, SHARDS, 0);
        for (int kill = 0; kill < kills; kill++) {
            try (Worker worker = Worker.start(setup, kill * THREADS, directory.resolve("output"))) {
                long target = Acks.count(acks) + random.nextInt(MOST_ENTRIES_BEFORE_A_KILL);
                Awaitility.await()
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> Acks.count(acks) > target || !worker.isAlive());
                assertThat(worker.isAlive())
                        .as(context() + ": " + Files.readString(directory.resolve("output")))
                        .isTrue();
                worker.kill();
            }
            if (kill % CHECK_EVERY == CHECK_EVERY - 1 || kill == kills - 1) {
                check(setup);
            }
        }
        return Acks.count(acks);
    }

    private void check(Worker.Setup setup) throws IOException {
        List<Acks.Ack> acks = Acks.readAll(setup.acks());
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            assertThat(LogChecker.faults(comet, SHARDS, acks)).as(context()).isEmpty();
        }
    }

    @Test
    void theCheckerNoticesAnEntryThatIsLostAndOneThatIsSomebodyElses() throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, 1, 1, 100);
        try (Worker worker = Worker.start(setup, 0, directory.resolve("output"))) {
            assertThat(worker.exitCode()).isZero();
        }
        List<Acks.Ack> forged = new ArrayList<>(Acks.readAll(acks));
        assertThat(forged).hasSizeGreaterThanOrEqualTo(100);
        forged.add(new Acks.Ack(0, 0, 1_000_000, 7));
        forged.add(new Acks.Ack(1, 0, 0, 0));
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            assertThat(LogChecker.faults(comet, 1, forged)).hasSize(2);
        }
    }

    private String context() {
        return "-Dcomet.seed=" + seed;
    }
}
