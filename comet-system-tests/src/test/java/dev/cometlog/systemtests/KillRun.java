package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.awaitility.Awaitility;

/// One log, two processes that do everything at once ([BusyWorker]), and somebody who kills them: at random, while
/// they start, both at once, or at a named point of the protocol. At the end the log must hold exactly what it told
/// anybody it held.
public final class KillRun {
    private static final int PROCESSES = 2;
    private static final int MOST_ENTRIES_BEFORE_A_KILL = 600;
    private static final int LATEST_HIT = 6;
    private static final int KILLED_AT_POINT = 137;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration FOR_THE_POINT = Duration.ofSeconds(2);

    private final Path directory;
    private final Random random;
    private final List<String> options;
    private final Path log;
    private final KillRecords records;
    private final List<Victim> victims = new ArrayList<>();
    private int started;
    private int kills;
    private int killsAtPoints;
    private long acknowledged;

    /// One process, and the point at which it dies if it gets there.
    private record Victim(Process process, int number, boolean hasPoint) {}

    /// @param directory an empty one
    /// @param options for the JVMs, such as a class path of mutants
    public KillRun(Path directory, long seed, List<String> options) throws IOException {
        this.directory = directory;
        this.random = new Random(seed);
        this.options = options;
        this.log = directory.resolve("log");
        this.records = KillRecords.create(directory.resolve("records"));
    }

    public int kills() {
        return kills;
    }

    /// How many of them at a named point.
    public int killsAtPoints() {
        return killsAtPoints;
    }

    public long acknowledged() {
        return acknowledged;
    }

    /// Kills so many times, then checks everything.
    ///
    /// @throws AssertionError telling what is wrong, and what the processes printed
    public void run(int killsWanted) throws Exception {
        try {
            for (int i = 0; i < PROCESSES; i++) {
                victims.add(start());
            }
            while (kills < killsWanted) {
                strike();
            }
            victims.forEach(KillRun::kill);
            check();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(output(), e);
        } finally {
            victims.forEach(KillRun::kill);
        }
    }

    private void strike() throws Exception {
        int index = random.nextInt(victims.size());
        Victim victim = victims.get(index);
        if (victim.hasPoint) {
            awaitPoint(victim);
        } else if (random.nextInt(8) > 0) {
            awaitEntries(victim, random.nextInt(MOST_ENTRIES_BEFORE_A_KILL));
        }
        // Otherwise it is not open yet, most likely: dying there must harm nobody either.
        kill(victim);
        assertThat(victim.process.exitValue())
                .as("how process %d ended", victim.number)
                .isGreaterThan(1);
        killsAtPoints += victim.hasPoint && victim.process.exitValue() == KILLED_AT_POINT ? 1 : 0;
        kills++;
        if (random.nextInt(6) == 0) {
            // Nobody is left: the next one begins an epoch.
            Victim other = victims.get(1 - index);
            kill(other);
            kills++;
            victims.set(1 - index, start());
        }
        victims.set(index, start());
    }

    /// Many points are reached only by who recovers, or repairs, so not every process comes to its own.
    private static void awaitPoint(Victim victim) {
        long end = System.nanoTime() + FOR_THE_POINT.toNanos();
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(LONGEST_WAIT)
                .until(() -> !victim.process.isAlive() || System.nanoTime() > end);
    }

    private void awaitEntries(Victim victim, int more) throws IOException {
        long enough = Acks.count(records.acks()) + more;
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(LONGEST_WAIT)
                .until(() -> !victim.process.isAlive() || Acks.count(records.acks()) > enough);
    }

    private Victim start() throws IOException {
        int number = ++started;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx96m"));
        command.addAll(options);
        boolean hasPoint = random.nextInt(4) == 0;
        if (hasPoint) {
            List<KillPoint> points = List.of(KillPoint.values());
            KillPoint point = points.get(random.nextInt(points.size()));
            command.add("-Dcomet.killPoint=" + point + ":" + (1 + random.nextInt(LATEST_HIT)));
        }
        if (options.stream().noneMatch("-cp"::equals)) {
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        }
        command.addAll(List.of(
                BusyWorker.class.getName(), log.toString(), records.directory().toString(), Integer.toString(number)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output-" + number).toFile())
                .start();
        return new Victim(process, number, hasPoint);
    }

    /// As by `kill -9`; returns when it is dead.
    private static void kill(Victim victim) {
        Process _ = victim.process.destroyForcibly().onExit().join();
    }

    private void check() throws Exception {
        List<Acks.Ack> acks = Acks.readAll(records.acks());
        acknowledged = acks.size();
        try (Comet comet = BusyWorker.openToCheck(log)) {
            CometStream stream = comet.stream(AppendingWorker.STREAM, BusyWorker.SHARDS);
            comet.sync();
            ConsumingWorker.consumeAll(comet, records.journal(0), records.locks(), BusyWorker.GROUP);
            assertThat(LogChecker.faultsAboveStart(comet, BusyWorker.SHARDS, acks))
                    .isEmpty();
            long[] ends = new long[BusyWorker.SHARDS];
            for (int i = 0; i < ends.length; i++) {
                CometShard shard = stream.shard(i);
                ends[i] = shard.endOffset();
                assertThat(accountedFor(shard, i))
                        .as("kept, expired and dropped of %s", shard)
                        .isEqualTo(ends[i]);
            }
            GroupJournal journal = GroupJournal.read(BusyWorker.SHARDS, records.journals());
            assertThat(journal.missing(ends))
                    .as("entries that the group never saw")
                    .isZero();
            assertThat(journal.faults()).isEmpty();
        }
    }

    private long accountedFor(CometShard shard, int number) throws IOException {
        Path page = log.resolve("streams/events%3Av1")
                .resolve(String.format(Locale.ROOT, "%04d", number))
                .resolve("state");
        try (StorageFile file = new DiskStorage(FilesMode.DEFAULT).open(page, Storage.Access.READ);
                MappedFile mapped = file.map(ShardState.PAGE_BYTES, false)) {
            ShardState state = new ShardState(mapped);
            return shard.endOffset()
                    - shard.startOffset()
                    + state.counter(ShardState.Counter.EXPIRED)
                    + state.counter(ShardState.Counter.DROPPED)
                    + state.counter(ShardState.Counter.LOST);
        }
    }

    /// What the last processes printed.
    private String output() throws IOException {
        StringBuilder all = new StringBuilder("what the processes printed:\n");
        for (int number = 1; number <= started; number++) {
            Path file = directory.resolve("output-" + number);
            if (Files.exists(file) && Files.size(file) > 0) {
                all.append("process ")
                        .append(number)
                        .append(": ")
                        .append(Files.readString(file))
                        .append('\n');
            }
        }
        return all.toString();
    }
}
