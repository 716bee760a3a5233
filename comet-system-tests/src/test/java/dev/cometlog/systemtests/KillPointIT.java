package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A process dies at every named place of the protocol, several times each.
class KillPointIT {
    private static final int HITS = Integer.getInteger("comet.killPointHits", 5);
    private static final int KILLED = 137;
    private static final int SHARDS = 1;

    /// Reached only while a shard is opened in a new epoch, when no other process can be alive.
    private static final Set<KillPoint> IN_RECOVERY =
            EnumSet.of(KillPoint.RECOVERY_STARTED, KillPoint.RECOVERY_BEFORE_EPOCH, KillPoint.REPAIR_WIPED);

    /// Reached only when the state page tells nothing.
    private static final Set<KillPoint> WITHOUT_STATE = EnumSet.of(
            KillPoint.STATE_WRITTEN,
            KillPoint.STATE_NAMED,
            KillPoint.RECOVERY_CUT,
            KillPoint.RECOVERY_SEALED,
            KillPoint.RECOVERY_QUARANTINED);

    /// Reached once in a process's life, some of them only by the first process of an epoch, so the count cannot vary.
    private static final Set<KillPoint> ONCE = EnumSet.of(
            KillPoint.OPEN_ENTERED,
            KillPoint.OPEN_COUNTED,
            KillPoint.OPEN_ALLOCATED_STORED,
            KillPoint.OPEN_EPOCH_STORED,
            KillPoint.RESERVE_WRITTEN,
            KillPoint.CLOSE_CHECKPOINTED);

    /// Reached only when there is too much; see [RetentionKillIT] too.
    private static final Set<KillPoint> IN_RETENTION =
            EnumSet.range(KillPoint.RETAIN_ANNOUNCED, KillPoint.RETAIN_UNLINKED);

    /// Reached only when a force failed.
    private static final Set<KillPoint> IN_CURE = EnumSet.of(
            KillPoint.CURE_CLAIMED,
            KillPoint.CURE_COPIED,
            KillPoint.CURE_RENAMED,
            KillPoint.CURE_FORCED,
            KillPoint.CURE_CHECKPOINTED);

    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int ENTRIES = 1000;
    private static final String SMALL_SHARD = "-Dcomet.test.maxShardBytes=400000";

    /// Where the state page has its poison word, see FORMAT.md.
    private static final int POISON_POSITION = 384;

    @TempDir
    Path directory;

    private final List<String> options =
            new ArrayList<>(List.of("-Dcomet.test.segmentBytes=" + SEGMENT_BYTES, "-Dcomet.test.pace=IN_BURSTS"));

    static Stream<KillPoint> points() {
        return Stream.of(KillPoint.values());
    }

    @ParameterizedTest
    @MethodSource("points")
    void dyingThereHarmsNobody(KillPoint point) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        boolean alone = IN_RECOVERY.contains(point)
                || WITHOUT_STATE.contains(point)
                || ONCE.contains(point)
                || IN_CURE.contains(point);
        if (IN_RETENTION.contains(point)) {
            options.add(SMALL_SHARD);
        }
        Worker.Setup endless = new Worker.Setup(directory.resolve("log"), acks, 1, SHARDS, 0);
        Worker.Setup some = new Worker.Setup(directory.resolve("log"), acks, 1, SHARDS, ENTRIES);
        Worker peer = alone ? null : start(endless, 1000);
        try {
            for (int hit = 1; hit <= HITS; hit++) {
                if (alone) {
                    workAndClose(some, 2000 + hit);
                }
                if (WITHOUT_STATE.contains(point)) {
                    loseTheState(endless.directory());
                }
                if (IN_CURE.contains(point)) {
                    poison(endless.directory());
                }
                Worker.Setup victim = point == KillPoint.CLOSE_CHECKPOINTED ? some : endless;
                dieAt(point, alone ? 1 : hit, victim, hit);
            }
            if (peer != null) {
                assertThat(peer.isAlive()).as(output()).isTrue();
                peer.kill();
            }
        } finally {
            if (peer != null) {
                peer.close();
            }
        }
        try (Comet comet = AppendingWorker.open(endless.directory())) {
            List<Acks.Ack> read = Acks.readAll(acks);
            List<String> found = IN_RETENTION.contains(point)
                    ? LogChecker.faultsAboveStart(comet, SHARDS, read)
                    : LogChecker.faults(comet, SHARDS, read);
            List<String> faults = found.stream()
                    // Without its state page a shard goes on at a wide step, told as a gap.
                    .filter(fault -> !WITHOUT_STATE.contains(point) || !isTheStep(fault))
                    .toList();
            assertThat(faults).as(point + "\n" + output()).isEmpty();
            CometShard shard = comet.stream(AppendingWorker.STREAM).shard(0);
            long acknowledged = read.size();
            if (IN_RETENTION.contains(point)) {
                assertThat(shard.startOffset()).isPositive();
            }
            Awaitility.await()
                    .ignoreException(CometException.Poisoned.class)
                    .until(() -> shard.append(new byte[1]) >= acknowledged);
        }
    }

    private static boolean isTheStep(String fault) {
        return fault.contains("POWER_LOSS") || fault.contains("was expected");
    }

    /// In this process, which is another one than the victim too, and starts faster.
    private static void workAndClose(Worker.Setup setup, int number) throws IOException {
        try (Comet comet = AppendingWorker.open(setup.directory(), SEGMENT_BYTES)) {
            AppendingWorker.appendAndNote(
                    comet, setup.acks(), number, SHARDS, setup.entries(), AppendingWorker.Pace.FAST);
        }
    }

    private Worker start(Worker.Setup setup, int number, String... more) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return Worker.start(setup, number, directory.resolve("output"), all.toArray(String[]::new));
    }

    /// As a process leaves it that saw a force fail.
    private static void poison(Path log) throws IOException {
        try (Stream<Path> files = Files.walk(log)) {
            for (Path state : files.filter(file -> file.getFileName().toString().equals("state"))
                    .toList()) {
                try (FileChannel page = FileChannel.open(state, StandardOpenOption.WRITE)) {
                    page.write(ByteBuffer.wrap(new byte[] {1}), POISON_POSITION);
                }
            }
        }
    }

    private void dieAt(KillPoint point, int hit, Worker.Setup setup, int number) throws Exception {
        try (Worker worker = start(setup, number, "-Dcomet.killPoint=" + point + ":" + hit)) {
            assertThat(worker.exitCode())
                    .as(point + " must be reached\n" + output())
                    .isEqualTo(KILLED);
        }
    }

    /// Takes the state page away, so that the next open has to find the end by itself.
    private static void loseTheState(Path log) throws IOException {
        try (Stream<Path> files = Files.walk(log)) {
            for (Path state : files.filter(file -> file.getFileName().toString().equals("state"))
                    .toList()) {
                Files.delete(state);
            }
        }
    }

    private String output() throws IOException {
        Path output = directory.resolve("output");
        return Files.exists(output) ? Files.readString(output) : "";
    }
}
