package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.internal.log.ShardCounters;
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
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// One log, two processes that do everything at once ([BusyWorker]), and somebody who kills them: at random, while
/// they start, both at once, or at a named point of the protocol. At the end the log must hold exactly what it told
/// anybody it held.
public final class KillRun {
    private static final int PROCESSES = 2;
    private static final int MOST_ENTRIES_BEFORE_A_KILL = 600;
    private static final int LATEST_HIT = 6;
    private static final int KILLED_AT_POINT = 137;

    /// Only without a state page, behind a force that failed, or when a log is closed: see [KillPointIT].
    private static final Set<KillPoint> NOT_REACHED = EnumSet.of(
            KillPoint.STATE_WRITTEN,
            KillPoint.STATE_NAMED,
            KillPoint.RECOVERY_CUT,
            KillPoint.RECOVERY_SEALED,
            KillPoint.RECOVERY_QUARANTINED,
            KillPoint.CURE_CLAIMED,
            KillPoint.CURE_COPIED,
            KillPoint.CURE_RENAMED,
            KillPoint.CURE_FORCED,
            KillPoint.CURE_CHECKPOINTED,
            KillPoint.CLOSE_CHECKPOINTED);

    /// Those that only who opens a log which nobody else has open comes to: it has to be alone.
    private static final List<KillPoint> OPENING = List.of(
            KillPoint.OPEN_ENTERED,
            KillPoint.OPEN_COUNTED,
            KillPoint.OPEN_ALLOCATED_STORED,
            KillPoint.OPEN_EPOCH_STORED,
            KillPoint.RECOVERY_STARTED,
            KillPoint.RECOVERY_BEFORE_EPOCH);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration FOR_THE_POINT = Duration.ofSeconds(2);

    /// Those that a [BusyWorker] comes to, if not each of them each time.
    private static final List<KillPoint> REACHED = Stream.of(KillPoint.values())
            .filter(point -> !NOT_REACHED.contains(point) && !OPENING.contains(point))
            .toList();

    private final Path directory;
    private final Random random;
    private final @Nullable Path mutants;

    /// Where every process dies; empty if half of them do, anywhere.
    private final List<KillPoint> points;

    private final Path log;
    private final KillRecords records;
    private final List<Victim> victims = new ArrayList<>();
    private int started;
    private int kills;
    private int killsAtPoints;
    private long acknowledged;

    /// One process, and the point at which it dies if it gets there.
    private record Victim(Process process, int number, boolean hasPoint) {}

    private KillRun(Path directory, long seed, @Nullable Path mutants, List<KillPoint> points) throws IOException {
        this.directory = directory;
        this.random = new Random(seed);
        this.mutants = mutants;
        this.points = points;
        this.log = directory.resolve("log");
        this.records = KillRecords.create(directory.resolve("records"));
    }

    /// A run in which half of the processes die at a point, any of those that they come to.
    ///
    /// @param directory an empty one
    public static KillRun anywhere(Path directory, long seed) throws IOException {
        return new KillRun(directory, seed, null, List.of());
    }

    /// A run in which every process dies at one of these points.
    ///
    /// @param directory an empty one
    /// @param mutants classes that take the place of the product's
    static KillRun at(Collection<KillPoint> points, Path directory, long seed, Path mutants) throws IOException {
        return new KillRun(directory, seed, mutants, List.copyOf(points));
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
    /// @param more asked before each kill
    /// @throws AssertionError telling what is wrong, and what the processes printed
    public void run(int killsWanted, BooleanSupplier more) throws Exception {
        try {
            for (int i = 0; i < PROCESSES; i++) {
                victims.add(start());
            }
            while (kills < killsWanted && more.getAsBoolean()) {
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
        strike(victims.get(index));
        Victim other = victims.get(1 - index);
        if (points.isEmpty() && random.nextInt(8) == 0) {
            kill(other);
            kills++;
            Victim first = start(anyOf(OPENING) + ":1");
            victims.set(index, first);
            strike(first);
            victims.set(1 - index, start());
        } else if (random.nextInt(6) == 0) {
            // Nobody is left: the next one begins an epoch.
            kill(other);
            kills++;
            victims.set(1 - index, start());
        }
        victims.set(index, start());
    }

    private void strike(Victim victim) throws Exception {
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

    /// Starts one that dies at a point of its work, or anywhere.
    private Victim start() throws IOException {
        boolean hasPoint = !points.isEmpty() || random.nextBoolean();
        return start(
                hasPoint ? anyOf(points.isEmpty() ? REACHED : points) + ":" + (1 + random.nextInt(LATEST_HIT)) : "");
    }

    private KillPoint anyOf(List<KillPoint> some) {
        return some.get(random.nextInt(some.size()));
    }

    /// @param point with the hit at which it dies there; empty for none
    private Victim start(String point) throws IOException {
        int number = ++started;
        List<String> options = new ArrayList<>(List.of("-Xmx96m"));
        if (!point.isEmpty()) {
            options.add("-Dcomet.killPoint=" + point);
        }
        List<String> command = mutants == null
                ? ChildJvm.command(BusyWorker.class, options)
                : ChildJvm.command(mutants, BusyWorker.class, options);
        command.addAll(List.of(log.toString(), records.directory().toString(), Integer.toString(number)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output-" + number).toFile())
                .start();
        return new Victim(process, number, !point.isEmpty());
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
        if (Files.notExists(page)) {
            // Nobody came to it.
            return 0;
        }
        try (StorageFile file = new DiskStorage(FilesMode.DEFAULT).open(page, Storage.Access.READ);
                MappedFile mapped = file.map(ShardState.PAGE_BYTES, false)) {
            ShardState state = new ShardState(mapped);
            return shard.endOffset()
                    - shard.startOffset()
                    + state.counters().get(ShardCounters.Counter.EXPIRED)
                    + state.counters().get(ShardCounters.Counter.DROPPED)
                    + state.counters().get(ShardCounters.Counter.LOST);
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
