package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cometlog.Comet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
                .as(
                        "strace is not installed, or this process may not trace others: no faults are injected from outside")
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
        String output = work("fdatasync:error=EIO:when=8+");

        assertThat(output).contains("Poisoned").contains("Input/output error");
        checkAcknowledged();
    }

    @Test
    void aFullDiskIsToldBeforeAnOffsetIsAssigned() throws Exception {
        // Behind what opening the log writes; the segments are written full of zeros by pwrite64.
        String output = work("pwrite64:error=ENOSPC:when=30+");

        assertThat(output).contains("No space left on device");
        checkAcknowledged();
    }

    /// Appends until an error ends it, with a fault in the way, and returns what was printed.
    private String work(String inject) throws Exception {
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
            assertThat(process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue())
                    .as(() -> "exit code")
                    .isNotZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return Files.readString(output);
    }

    private void checkAcknowledged() throws IOException {
        List<Acks.Ack> acks = Acks.readAll(directory.resolve("acks"));
        assertThat(acks).isNotEmpty();
        try (Comet comet = AppendingWorker.open(directory.resolve("log"))) {
            assertThat(LogChecker.faults(comet, SHARDS, acks)).isEmpty();
        }
    }
}
