package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel's answers changed from outside the JVM: `strace` makes system calls of a real process fail.
class InjectedFaultIT {
    private static final int SHARDS = 1;
    private static final int THREADS = 1;

    @TempDir
    Path directory;

    @BeforeEach
    void needsStrace() throws Exception {
        assumeThat(canTrace())
                .as("no faults are injected from outside: strace is not installed, or may not trace others here")
                .isTrue();
    }

    private static boolean canTrace() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "true")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            // There is no such program.
            return false;
        }
    }

    @Test
    void aFailedFdatasyncPoisonsTheShardAndLosesNothingThatWasAcknowledged() throws Exception {
        String output = workUntilTold("fdatasync:error=EIO:when=8+", "Poisoned");

        assertThat(output).contains("Input/output error");
        checkAcknowledged(0);
    }

    @Test
    void aFullDiskIsToldBeforeAnOffsetIsAssigned() throws Exception {
        // Behind what opening the log writes; the segments are written full of zeros by writev.
        String output = workUntilTold("writev:error=ENOSPC:when=30+", "No space left on device");

        assertThat(output).contains("DiskFull");
        // No group protects anything, so the oldest segment of one shard makes room once, in vain.
        checkAcknowledged(1);
    }

    /// Appends with a fault in the way until that is told, and returns what was printed.
    private String workUntilTold(String inject, String told) throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Path output = directory.resolve("output");
        String call = inject.substring(0, inject.indexOf(':'));
        List<String> command = new ArrayList<>(
                List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + inject));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                AppendingWorker.class.getName(),
                directory.resolve("log").toString(),
                acks.toString(),
                "0",
                Integer.toString(THREADS),
                Integer.toString(SHARDS),
                "0"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> Files.readString(output).contains(told));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            Process _ = process.destroyForcibly().onExit().join();
        }
        return Files.readString(output);
    }

    /// @param given how many shards at most may have given up their oldest entries
    private void checkAcknowledged(int given) throws IOException {
        List<Acks.Ack> acks = Acks.readAll(directory.resolve("acks"));
        assertThat(acks).isNotEmpty();
        try (Comet comet = AppendingWorker.open(directory.resolve("log"))) {
            assertThat(LogChecker.faultsAboveStart(comet, SHARDS, acks)).isEmpty();
            CometStream stream = comet.stream(AppendingWorker.STREAM);
            assertThat(IntStream.range(0, SHARDS)
                            .filter(shard -> stream.shard(shard).startOffset() > 0)
                            .count())
                    .isLessThanOrEqualTo(given);
            // Closing tells of a shard that nobody has cured yet.
            Awaitility.await("cured by the next process")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> comet.stats().sum(shard -> shard.poisoned() ? 1 : 0) == 0);
        }
    }
}
