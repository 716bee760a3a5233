package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.storage.IoThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The control of all power cuts: each place in the product that forces a file or a directory forces nothing, one at a
/// time, and a promise must be seen to break. `-Dcomet.seed=S` for others.
class LeftOutForcesIT {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final int RUNS_FOR_PLACES = 20;

    private static final Logger PRODUCT = Logger.getLogger("dev.cometlog");

    /// What is forced though no promise to a reader hangs on it, and why.
    private static final Map<String, String> FORCED_FOR_ANOTHER_REASON = Map.of(
            "GroupFileOpener.writeHeader",
            "matters where the power goes while a file is mended that is another group's",
            "DirectoryState.beginEpoch",
            "a power loss ends every epoch, also one that comes back",
            "ShardSync.close > ShardStorage.forceState",
            "without it the next open makes a jump that was not needed",
            "TailCut.quarantineBehind > Quarantine.force",
            "keeps what was moved to quarantine for whoever wants to look at it",
            "SegmentCopy.keepDamaged > Quarantine.force",
            "the same",
            "UnforcedSegments.forceUnreadable",
            "keeps what no reader finds anything in for whoever mends it",
            "WholeFiles.replaceInCache > WholeFiles.writeTemporary",
            "comes by there and does not force: it is for what means nothing after a power loss");

    /// What another place forces too before anything hangs on it: it is noticed when both are left out.
    private static final Map<String, String> FORCED_TWICE = Map.of(
            "DirectoryState.create > WholeFiles.create > WholeFiles.writeTemporary", "DirectoryState.beginEpoch");

    /// Runs that come by some of the places.
    private enum Kind {
        CURE(event(ShardCutRun.Event.CURE), 1, 1, 8),
        CURE_OF_DAMAGE(event(ShardCutRun.Event.CURE_OF_DAMAGE), 1, 1, 8),
        RETENTION(event(ShardCutRun.Event.RETENTION), 1, 1, 8),
        RETENTION_AFTER_A_DEATH(event(ShardCutRun.Event.RETENTION_AFTER_A_DEATH), 1, 1, 8),
        ROOM_AFTER_A_DEATH(event(ShardCutRun.Event.ROOM_AFTER_A_DEATH), 1, 1, 8),
        NEW_LOG(NewLogCutRun::new, 6, 10, 50),
        WHOLE_LOG(LeftOutForcesIT::wholeLog, 6, 1, 60),
        ONE_SHARD(PowerCutRun::new, 6, 1, 334);

        private final int cutsInARow;
        private final int runsInARound;
        private final int rounds;

        @SuppressWarnings("ImmutableEnumChecker") // constructors alone
        private final Maker maker;

        Kind(Maker maker, int cutsInARow, int runsInARound, int rounds) {
            this.maker = maker;
            this.cutsInARow = cutsInARow;
            this.runsInARound = runsInARound;
            this.rounds = rounds;
        }
    }

    private interface Maker {
        CutRun make(long seed, Path directory, Set<String> liesAt);
    }

    private static Maker event(ShardCutRun.Event event) {
        return (seed, directory, liesAt) -> new ShardCutRun(seed, directory, liesAt, event);
    }

    private static CutRun wholeLog(long seed, Path directory, Set<String> liesAt) {
        ManualTime time = new ManualTime();
        return new LogPowerCutRun(seed, CutDisk.inMemory(directory, time), time, liesAt);
    }

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeAll
    static void silence() {
        PRODUCT.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        PRODUCT.setLevel(null);
    }

    @BeforeEach
    void chooseDirectory() throws IOException {
        directory = Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "comet-forces") : temporary;
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        PowerCutStorage.deleteTree(directory);
    }

    @Test
    void everyForceThatIsLeftOutIsNoticed() throws Exception {
        List<String> unnoticed = new ArrayList<>();
        // On such a thread I/O is done at once, and not handed to another one.
        FutureTask<@Nullable Void> search = new FutureTask<>(() -> {
            unnoticed.addAll(unnoticed());
            return null;
        });
        IoThreads.newThread("left-out-forces", search).start();
        search.get();
        assertThat(unnoticed)
                .as("places that force something of which no power cut from -Dcomet.seed=%d shows the need", SEED)
                .isEmpty();
    }

    private List<String> unnoticed() throws IOException, InterruptedException {
        Set<String> places = ForcePlace.all();
        assertThat(places)
                .containsAll(FORCED_FOR_ANOTHER_REASON.keySet())
                .containsAll(FORCED_TWICE.keySet())
                .containsAll(FORCED_TWICE.values());
        Map<Kind, Set<String>> reached = reached(places);
        places.removeAll(FORCED_FOR_ANOTHER_REASON.keySet());
        List<String> unnoticed = new ArrayList<>();
        for (String place : places) {
            String other = FORCED_TWICE.get(place);
            Set<String> liesAt = other == null ? Set.of(place) : Set.of(place, other);
            if (!isNoticed(liesAt, kinds(place, reached))) {
                unnoticed.add(place);
            }
        }
        return unnoticed;
    }

    /// The places that each kind of run comes by. Nothing is left out here, so no promise is broken.
    private Map<Kind, Set<String>> reached(Set<String> all) throws IOException, InterruptedException {
        Map<Kind, Set<String>> reached = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            Set<String> places = new TreeSet<>();
            for (long seed = SEED; seed < SEED + RUNS_FOR_PLACES; seed++) {
                CutRun run = kind.maker.make(seed, directory(kind), Set.of());
                run.run(kind.cutsInARow);
                places.addAll(run.forcedAt());
            }
            assertThat(all).as("places in the compiled product").containsAll(places);
            reached.put(kind, places);
        }
        return reached;
    }

    private static List<Kind> kinds(String place, Map<Kind, Set<String>> reached) {
        return reached.entrySet().stream()
                .filter(kind -> kind.getValue().contains(place))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Tries all kinds by turns, since none of them is the quickest for every place.
    private boolean isNoticed(Set<String> liesAt, List<Kind> kinds) throws IOException, InterruptedException {
        int rounds = kinds.stream().mapToInt(kind -> kind.rounds).max().orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (Kind kind : kinds) {
                if (round < kind.rounds && isNoticedInRound(round, kind, liesAt)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isNoticedInRound(int round, Kind kind, Set<String> liesAt)
            throws IOException, InterruptedException {
        for (int i = 0; i < kind.runsInARound; i++) {
            long seed = SEED + (long) round * kind.runsInARound + i;
            if (breaksAPromise(kind, seed, liesAt)) {
                System.out.println(
                        "left out " + String.join(" and ", liesAt) + ": seen by " + kind + " from seed " + seed);
                return true;
            }
        }
        return false;
    }

    private boolean breaksAPromise(Kind kind, long seed, Set<String> liesAt) throws IOException, InterruptedException {
        try {
            kind.maker.make(seed, directory(kind), liesAt).run(kind.cutsInARow);
            return false;
        } catch (IOException | RuntimeException | AssertionError e) {
            return true;
        }
    }

    private Path directory(Kind kind) throws IOException {
        return Files.createDirectories(directory.resolve(kind.name()));
    }
}
