package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three processes, two shards, and somebody who kills and stops them: `-Dcomet.chaosSeconds=600` for longer.
class ManyProcessesIT {
    private static final int SECONDS = Integer.getInteger("comet.chaosSeconds", 30);
    private static final int PROCESSES = 3;
    private static final int THREADS = 2;
    private static final int SHARDS = 2;
    private static final int MOST_ENTRIES_BETWEEN_BLOWS = 2000;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Worker> workers = new ArrayList<>();
    private int started;

    @Test
    void processesThatAreKilledAndStoppedHarmNobody() throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, THREADS, SHARDS, 0);
        int kills = 0;
        try {
            for (int i = 0; i < PROCESSES; i++) {
                workers.add(start(setup));
            }
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end) {
                awaitEntries(acks, random.nextInt(MOST_ENTRIES_BETWEEN_BLOWS));
                int victim = random.nextInt(PROCESSES);
                if (random.nextInt(3) == 0) {
                    stopForAWhile(workers.get(victim), acks);
                } else {
                    workers.get(victim).kill();
                    kills++;
                    workers.set(victim, start(setup));
                }
                assertThat(workers).as(this::context).allMatch(Worker::isAlive);
            }
        } finally {
            for (Worker worker : workers) {
                worker.kill();
            }
        }
        List<Acks.Ack> read = Acks.readAll(acks);
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            assertThat(LogChecker.faults(comet, SHARDS, read)).as(this::context).isEmpty();
        }
        assertThat(kills).as(this::context).isGreaterThan(SECONDS / 10);
        System.out.println(
                "chaos: " + kills + " kills, " + read.size() + " acknowledged entries, 0 lost, seed " + seed);
    }

    private Worker start(Worker.Setup setup) throws Exception {
        started++;
        return Worker.start(setup, started * THREADS, directory.resolve("output"));
    }

    /// The others may wait for the stopped one, if it holds the lock, so time must be part of the end.
    private void stopForAWhile(Worker worker, Path acks) throws Exception {
        worker.signal("STOP");
        try {
            long before = Acks.count(acks);
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> Acks.count(acks) > before + 500 || System.nanoTime() > end);
        } finally {
            worker.signal("CONT");
        }
    }

    private void awaitEntries(Path acks, int more) throws Exception {
        long target = Acks.count(acks) + more;
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(60))
                .until(() -> Acks.count(acks) > target);
    }

    private String context() {
        try {
            return "-Dcomet.seed=" + seed + "\n" + Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
