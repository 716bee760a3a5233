package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.internal.storage.KillPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A process dies in the recovery from a power loss, at every named place of it, several times each.
class RecoveryKillIT {
    private static final int HITS = Integer.getInteger("comet.killPointHits", 5);
    private static final int KILLED = 137;
    private static final int SHARDS = 1;
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int ENTRIES = 300;

    @TempDir
    Path directory;

    static Stream<KillPoint> points() {
        return Stream.of(KillPoint.values()).filter(point -> point.name().startsWith("RECOVERY_"));
    }

    @ParameterizedTest
    @MethodSource("points")
    void dyingInARecoveryLosesNothingThatIsDurableAndUsesNoOffsetTwice(KillPoint point) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Path log = directory.resolve("log");
        Path shard = log.resolve("streams/events%3Av1/0000");
        Worker.Setup endless = new Worker.Setup(log, acks, 1, SHARDS, 0);
        Random random = new Random(point.name().hashCode());
        Set<String> mayBeLost = new HashSet<>();
        for (int hit = 1; hit <= HITS; hit++) {
            dieAt(KillPoint.BEFORE_UNLOCK, 100 + random.nextInt(200), endless, 1000 + hit);

            long durable = PowerLoss.pretend(shard, random);
            Acks.readAll(acks).stream()
                    .filter(ack -> ack.offset() >= durable)
                    .forEach(ack -> mayBeLost.add(ack + " is lost"));
            dieAt(point, 1, endless, 2000 + hit);

            // An offset that is used again would name an entry of this process.
            try (Comet comet = AppendingWorker.open(log, SEGMENT_BYTES)) {
                AppendingWorker.appendAndNote(comet, acks, 3000 + hit, SHARDS, ENTRIES, AppendingWorker.Pace.FAST);
            }
        }
        try (Comet comet = AppendingWorker.open(log, SEGMENT_BYTES)) {
            List<String> found = LogChecker.faults(comet, SHARDS, Acks.readAll(acks));
            assertThat(found)
                    .as("there was something to recover from")
                    .anyMatch(mayBeLost::contains)
                    .anyMatch(RecoveryKillIT::isTheStep);
            List<String> faults = found.stream()
                    .filter(fault -> !mayBeLost.contains(fault) && !isTheStep(fault))
                    .toList();
            assertThat(faults).as(point + "\n" + output()).isEmpty();
        }
    }

    /// What was lost, and where it is unknown what was, is told as a gap.
    private static boolean isTheStep(String fault) {
        return fault.contains("POWER_LOSS") || fault.contains("was expected");
    }

    private void dieAt(KillPoint point, int hit, Worker.Setup setup, int number) throws Exception {
        try (Worker worker = Worker.start(
                setup,
                number,
                directory.resolve("output"),
                "-Dcomet.test.segmentBytes=" + SEGMENT_BYTES,
                "-Dcomet.test.pace=IN_BURSTS",
                "-Dcomet.killPoint=" + point + ":" + hit)) {
            assertThat(worker.exitCode())
                    .as(point + " must be reached\n" + output())
                    .isEqualTo(KILLED);
        }
    }

    private String output() throws Exception {
        Path output = directory.resolve("output");
        return Files.exists(output) ? Files.readString(output) : "";
    }
}
