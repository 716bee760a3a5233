package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three consumer processes in one group, two writer processes, and somebody who kills, stops and continues them at
/// random: `-Dcomet.groupSeconds=600` for longer, `-Dcomet.seed=…` for the same strikes again.
class GroupKillIT {
    private static final int SECONDS = Integer.getInteger("comet.groupSeconds", 30);
    private static final int CONSUMERS = 3;
    private static final int WRITERS = 2;
    private static final int SHARDS = 6;
    private static final String GROUP = "group";

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Process> consumers = new ArrayList<>();
    private final List<Process> writers = new ArrayList<>();
    private Path journals;
    private Path locks;
    private Path acks;
    private int started;
    private int kills;
    private int stops;

    @BeforeEach
    void makeDirectories() throws IOException {
        journals = Files.createDirectory(directory.resolve("journals"));
        locks = Files.createDirectory(directory.resolve("locks"));
        acks = Files.createDirectory(directory.resolve("acks"));
    }

    @AfterEach
    void endProcesses() {
        consumers.forEach(GroupKillIT::kill);
        writers.forEach(GroupKillIT::kill);
    }

    @Test
    void everyEntryIsHandledAndOnlyWhatWasNotAcknowledgedAgain() throws Exception {
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            CometStream stream = comet.stream(AppendingWorker.STREAM, SHARDS);
            for (int i = 0; i < WRITERS; i++) {
                writers.add(startWriter());
            }
            for (int i = 0; i < CONSUMERS; i++) {
                consumers.add(startConsumer(GROUP));
            }
            awaitMore(1, Duration.ofSeconds(60));
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end) {
                strike();
            }
            writers.forEach(GroupKillIT::kill);
            // Takes the locks of dead writers over, if they died in the middle.
            comet.sync();
            long[] ends = IntStream.range(0, SHARDS)
                    .mapToLong(shard -> stream.shard(shard).endOffset())
                    .toArray();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(
                            () -> assertThat(GroupJournal.read(SHARDS, journals).missing(ends))
                                    .as("entries that were never handled, seed " + seed)
                                    .isZero());
            GroupJournal journal = GroupJournal.read(SHARDS, journals);
            System.out.println("groups: " + kills + " kills, " + stops + " stops, "
                    + IntStream.range(0, SHARDS).mapToLong(i -> ends[i]).sum() + " entries, " + journal.handledAgain()
                    + " handled again, seed " + seed);
            assertThat(journal.faults()).as("seed " + seed).isEmpty();
            assertThat(LogChecker.faults(comet, SHARDS, Acks.readAll(acks)))
                    .as("seed " + seed)
                    .isEmpty();
            try (CometConsumer observer = comet.consumer(GROUP)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> observer.lag(AppendingWorker.STREAM).entries() == 0);
            }
            assertThat(kills).isGreaterThan(SECONDS / 10);
            assertThat(stops).isPositive();
        }
    }

    /// The control: consumers that share no group are at the same shards, handle what others have acknowledged, and
    /// the journal shows it.
    @Test
    void consumersThatDoNotShareAreFound() throws Exception {
        writers.add(startWriter());
        consumers.add(startConsumer("one"));
        consumers.add(startConsumer("another"));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            List<String> faults = GroupJournal.read(SHARDS, journals).faults();
            return faults.stream().anyMatch(fault -> fault.contains("two members"))
                    && faults.stream().anyMatch(fault -> fault.contains("again"));
        });
    }

    /// Waits until something more was handled, then kills a process, or stops it for a while.
    private void strike() throws Exception {
        awaitMore(random.nextInt(8000), Duration.ofSeconds(2));
        boolean writer = random.nextInt(5) == 0;
        List<Process> processes = writer ? writers : consumers;
        int victim = random.nextInt(processes.size());
        Process process = processes.get(victim);
        assertThat(process.isAlive())
                .as("process " + process.pid() + ", seed " + seed)
                .isTrue();
        int what = random.nextInt(4);
        if (what < 2) {
            signal(process, "STOP");
            stops++;
            awaitMore(4000, Duration.ofMillis(100 + random.nextInt(1500)));
            if (what == 0) {
                signal(process, "CONT");
                return;
            }
        }
        kill(process);
        kills++;
        processes.set(victim, writer ? startWriter() : startConsumer(GROUP));
    }

    private void awaitMore(long bytes, Duration atMost) throws IOException {
        long enough = GroupJournal.bytes(journals) + bytes;
        long latest = System.nanoTime() + atMost.toNanos();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(atMost.plusSeconds(30))
                .until(() -> GroupJournal.bytes(journals) >= enough || System.nanoTime() > latest);
    }

    private Process startWriter() throws IOException {
        int number = ++started;
        return start(
                PacedWriter.class,
                acks.resolve(Integer.toString(number)).toString(),
                Integer.toString(number),
                Integer.toString(SHARDS));
    }

    private Process startConsumer(String group) throws IOException {
        int number = ++started;
        return start(
                ConsumingWorker.class, journals.resolve("journal-" + number).toString(), locks.toString(), group);
    }

    private Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = ChildJvm.command(main, List.of("-Xmx128m"));
        command.add(directory.resolve("log").toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("process-" + started + ".out").toFile())
                .start();
    }

    private static void signal(Process process, String name) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(code).isZero();
    }

    /// As by `kill -9`; returns when it is dead.
    private static void kill(Process process) {
        Process _ = process.destroyForcibly().onExit().join();
    }
}
