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

/// Three processes of eight threads each append to two shards, somebody kills and stops them, and at the end every id
/// that was handed out must hold its entry.
public final class ChaosRun {
    private static final int PROCESSES = 3;
    private static final int THREADS = 8;
    private static final int SHARDS = 2;
    private static final int MOST_ENTRIES_BETWEEN_BLOWS = 2000;

    /// On a machine that is busy elsewhere it takes longer.
    private static final int LEAST_KILLS = 3;

    private final Path directory;
    private final long seed;
    private final Random random;
    private final List<Worker> workers = new ArrayList<>();
    private int started;
    private int kills;
    private int stops;
    private long acknowledged;

    /// @param directory an empty one
    public ChaosRun(Path directory, long seed) {
        this.directory = directory;
        this.seed = seed;
        this.random = new Random(seed);
    }

    public int kills() {
        return kills;
    }

    public int stops() {
        return stops;
    }

    /// Entries that were acknowledged, all of which were found.
    public long acknowledged() {
        return acknowledged;
    }

    /// Goes on for that long, and until some were killed, then reads everything.
    ///
    /// @throws AssertionError naming what is lost, torn or wrong
    public void run(Duration time) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, THREADS, SHARDS, 0);
        try {
            for (int i = 0; i < PROCESSES; i++) {
                workers.add(start(setup));
            }
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end || kills < LEAST_KILLS) {
                awaitEntries(acks, random.nextInt(MOST_ENTRIES_BETWEEN_BLOWS));
                int victim = random.nextInt(PROCESSES);
                if (random.nextInt(3) == 0) {
                    stopForAWhile(workers.get(victim), acks);
                    stops++;
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
        acknowledged = read.size();
    }

    private Worker start(Worker.Setup setup) throws Exception {
        started++;
        return Worker.start(setup, started * THREADS, directory.resolve("output"));
    }

    /// The others may wait for the stopped one, if it holds the lock, so time must be part of the end.
    private static void stopForAWhile(Worker worker, Path acks) throws Exception {
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

    private static void awaitEntries(Path acks, int more) throws Exception {
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
