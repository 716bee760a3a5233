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
import java.util.stream.IntStream;
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
    private final List<Member> members = new ArrayList<>();
    private int started;
    private int kills;
    private int stops;
    private long acknowledged;

    /// A process, and the number of its first thread.
    private record Member(Worker worker, int first) {}

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
                members.add(start(setup));
            }
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end || kills < LEAST_KILLS) {
                awaitEntries(acks, random.nextInt(MOST_ENTRIES_BETWEEN_BLOWS));
                int victim = random.nextInt(PROCESSES);
                if (random.nextInt(3) == 0) {
                    stopForAWhile(members.get(victim).worker, acks);
                    stops++;
                } else {
                    members.get(victim).worker.kill();
                    kills++;
                    members.set(victim, start(setup));
                }
                assertThat(members).as(this::context).allMatch(member -> member.worker.isAlive());
            }
        } finally {
            for (Member member : members) {
                member.worker.kill();
            }
        }
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            LogChecker.Checked checked = LogChecker.check(comet, SHARDS, acks);
            assertThat(checked.faults()).as(this::context).isEmpty();
            acknowledged = checked.acknowledged();
        }
    }

    private Member start(Worker.Setup setup) throws IOException {
        started++;
        int first = started * THREADS;
        return new Member(Worker.start(setup, first, directory.resolve("output")), first);
    }

    /// The others may wait for the stopped one, if it holds the lock, so time must be part of the end.
    private void stopForAWhile(Worker worker, Path acks) throws Exception {
        worker.signal("STOP");
        try {
            long before = acknowledgedByTheLiving(acks);
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> acknowledgedByTheLiving(acks) > before + 500 || System.nanoTime() > end);
        } finally {
            worker.signal("CONT");
        }
    }

    private void awaitEntries(Path acks, int more) throws Exception {
        long target = acknowledgedByTheLiving(acks) + more;
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(60))
                .until(() -> acknowledgedByTheLiving(acks) > target);
    }

    /// Who is dead appends nothing more, and there are thousands of them in the end.
    private long acknowledgedByTheLiving(Path acks) throws IOException {
        return Acks.count(
                acks, members.stream().flatMapToInt(member -> IntStream.range(member.first, member.first + THREADS)));
    }

    private String context() {
        try {
            return "-Dcomet.seed=" + seed + "\n" + Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
