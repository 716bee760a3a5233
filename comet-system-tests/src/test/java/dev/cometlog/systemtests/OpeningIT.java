package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A process is stopped in the middle of recovering, retaining or closing, and others open the log.
@EnabledOnOs(OS.LINUX)
class OpeningIT {
    private static final Duration APPEND_TIMEOUT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int ENTRIES = 1000;
    private static final char STOPPED = 'T';

    @TempDir
    Path directory;

    private int appended;

    @ParameterizedTest
    @CsvSource({
        "RECOVERY_STARTED, CONT", "RECOVERY_STARTED, KILL",
        "RECOVERY_BEFORE_EPOCH, CONT", "RECOVERY_BEFORE_EPOCH, KILL",
        "RETAIN_ANNOUNCED, CONT", "RETAIN_ANNOUNCED, KILL",
        "RETAIN_START_PUBLISHED, CONT", "RETAIN_START_PUBLISHED, KILL",
        "CLOSE_CHECKPOINTED, CONT", "CLOSE_CHECKPOINTED, KILL",
    })
    void othersOpenTheLogAndGoOnOnceItDoesOrDies(KillPoint point, String signal) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Path path = directory.resolve("log");
        try (Comet comet = AppendingWorker.open(path, SEGMENT_BYTES)) {
            AppendingWorker.appendAndNote(comet, acks, 1, 1, ENTRIES, AppendingWorker.Pace.FAST);
        }
        boolean closes = point == KillPoint.CLOSE_CHECKPOINTED;
        Worker.Setup setup = new Worker.Setup(path, acks, 1, 1, closes ? ENTRIES : 0);
        List<String> options = new ArrayList<>(List.of(
                "-Dcomet.test.segmentBytes=" + SEGMENT_BYTES,
                "-Dcomet.test.pace=IN_BURSTS",
                "-Dcomet.killPoint=" + point + ":1:stop"));
        if (point.name().startsWith("RETAIN")) {
            options.add("-Dcomet.test.maxShardBytes=400000");
        }
        try (Worker worker = Worker.start(setup, 2, directory.resolve("output"), options.toArray(String[]::new))) {
            Awaitility.await().atMost(PATIENCE).until(() -> state(worker.pid()) == STOPPED);
            String said = openAndAppend(path, worker.pid());
            worker.signal(signal);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> openAndAppend(path, worker.pid()).isEmpty());
            System.out.println(point + ": " + (said.isEmpty() ? "nobody waits" : said));
            assertThat(openAndAppend(path, worker.pid())).isEmpty();
            worker.kill();
        }
        try (Comet comet = AppendingWorker.open(path)) {
            List<Acks.Ack> read = Acks.readAll(acks);
            assertThat(
                            point.name().startsWith("RETAIN")
                                    ? LogChecker.faultsAboveStart(comet, 1, read)
                                    : LogChecker.faults(comet, 1, read))
                    .isEmpty();
        }
    }

    /// What an opening, or the append behind it, says if it has to wait for the other process; empty if it has not.
    private String openAndAppend(Path path, long pid) {
        try (Comet comet = Comet.open(path, c -> c.segmentBytes(SEGMENT_BYTES).appendTimeout(APPEND_TIMEOUT))) {
            long offset = comet.stream(AppendingWorker.STREAM).shard(0).append(Payloads.of(9, appended));
            assertThat(offset).isNotNegative();
            appended++;
            return "";
        } catch (CometException.ShardBusy e) {
            assertThat(e).hasMessageContaining(Long.toString(pid));
            return String.valueOf(e.getMessage());
        }
    }

    private static char state(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
