package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
    private static final Set<KillPoint> WITHOUT_STATE =
            EnumSet.of(KillPoint.RECOVERY_CUT, KillPoint.RECOVERY_SEALED, KillPoint.RECOVERY_QUARANTINED);

    /// Reached once in a process's life, so the count cannot vary.
    private static final Set<KillPoint> ONCE = EnumSet.of(KillPoint.RESERVE_WRITTEN, KillPoint.CLOSE_CHECKPOINTED);

    /// Exercised together with retention.
    private static final Set<KillPoint> IN_RETENTION =
            EnumSet.of(KillPoint.RETAIN_START_PUBLISHED, KillPoint.RETAIN_UNLINKED);

    @TempDir
    Path directory;

    static Stream<KillPoint> points() {
        return EnumSet.complementOf(EnumSet.copyOf(IN_RETENTION)).stream();
    }

    @ParameterizedTest
    @MethodSource("points")
    void dyingThereHarmsNobody(KillPoint point) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        boolean alone = IN_RECOVERY.contains(point) || WITHOUT_STATE.contains(point) || ONCE.contains(point);
        Worker.Setup endless = new Worker.Setup(directory.resolve("log"), acks, 1, SHARDS, 0);
        Worker.Setup some = new Worker.Setup(directory.resolve("log"), acks, 1, SHARDS, 3000);
        Worker peer = alone ? null : Worker.start(endless, 1000, directory.resolve("output"));
        try {
            for (int hit = 1; hit <= HITS; hit++) {
                if (alone) {
                    runToTheEnd(some, 2000 + hit);
                }
                if (WITHOUT_STATE.contains(point)) {
                    loseTheState(endless.directory());
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
            List<String> faults = LogChecker.faults(comet, SHARDS, read).stream()
                    // Without its state page a shard goes on at a wide step, told as a gap.
                    .filter(fault -> !WITHOUT_STATE.contains(point) || !isTheStep(fault))
                    .toList();
            assertThat(faults).as(point + "\n" + output()).isEmpty();
            assertThat(comet.stream(AppendingWorker.STREAM).shard(0).append(new byte[1]))
                    .isGreaterThanOrEqualTo(read.size());
        }
    }

    private static boolean isTheStep(String fault) {
        return fault.contains("POWER_LOSS") || fault.contains("was expected");
    }

    private void runToTheEnd(Worker.Setup setup, int number) throws Exception {
        try (Worker worker = Worker.start(setup, number, directory.resolve("output"))) {
            assertThat(worker.exitCode()).as(output()).isZero();
        }
    }

    private void dieAt(KillPoint point, int hit, Worker.Setup setup, int number) throws Exception {
        try (Worker worker =
                Worker.start(setup, number, directory.resolve("output"), "-Dcomet.killPoint=" + point + ":" + hit)) {
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
