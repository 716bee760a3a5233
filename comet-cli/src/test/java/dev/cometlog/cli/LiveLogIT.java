package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every command works on a log that other processes use at that time: one appends all the while, another consumes.
@Timeout(300)
class LiveLogIT {
    private static final byte[] LINES = "a line of the log\n".repeat(100).getBytes(StandardCharsets.UTF_8);

    /// Enough for a roll now and then, and little enough to be printed.
    private static final long PACE_NANOS = 200_000;

    private static final String SHARD = "log/streams/events%3Av1/0000/";

    @TempDir
    private Path dir;

    private LogCommands log;
    private Process appending;
    private Process consuming;
    private Thread feeder;

    @BeforeEach
    void start() throws Exception {
        CometJar comet = new CometJar(dir);
        log = new LogCommands(dir.resolve("log"));
        String directory = log.directory().toString();
        log.print("streams create events:v1 --shards 1 --segment-bytes 1MiB --max-entry-bytes 64KiB");
        log.append("events:v1", 1, 0, "first");
        assertThat(log.print("consume events:v1 -g idle -n 1")).isEqualTo("first\n");
        appending = comet.feed(dir.resolve("append-error"), "append", "events:v1", "-d", directory);
        consuming = comet.start(
                dir.resolve("consume-error"),
                "consume",
                "events:v1",
                "-g",
                "busy",
                "--exec",
                "cat >/dev/null",
                "-d",
                directory);
        feeder = Thread.ofPlatform().start(this::feed);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> log.print("groups ls").contains("\tbusy\t"));
    }

    /// Until the process is ended.
    private void feed() {
        try (OutputStream lines = appending.getOutputStream()) {
            while (appending.isAlive()) {
                lines.write(LINES);
                lines.flush();
                LockSupport.parkNanos(PACE_NANOS);
            }
        } catch (IOException e) {
            // It was ended in the middle of a line, and its pipe with it.
            assertThat(e.getMessage()).containsAnyOf("Broken pipe", "Stream Closed");
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        appending.destroy();
        consuming.destroy();
        appending.waitFor();
        consuming.waitFor();
        feeder.join();
    }

    @Test
    void everyCommandWorks() throws Exception {
        Path input = Files.writeString(dir.resolve("input"), "one\ntwo\n");
        Path exported = dir.resolve("exported");
        List<String> wrong = new ArrayList<>();
        for (String command : List.of(
                "streams",
                "streams create other:v1 --shards 2",
                "streams alter events:v1 --max-age 1h",
                "append other:v1 " + input,
                "cat events:v1 -n 5000",
                "tail events:v1",
                "export events:v1 --until -1s",
                "export other:v1 --file " + exported,
                "import other:v1 " + exported,
                "consume events:v1 -g idle -n 100",
                "groups ls",
                "groups describe busy",
                "groups reset busy --to-latest",
                "groups reset idle --to-earliest --execute",
                "groups delete idle",
                "stats",
                "stats -o json",
                "stats -o prometheus",
                "top --once -i 0.1",
                "verify",
                "repair",
                "retain --dry-run",
                "retain")) {
            RunCommand run = log.run(command);
            if (run.code() != ExitCode.OK) {
                wrong.add(command + ": exit code " + run.code() + ": " + run.error() + run.output());
            }
        }
        for (String file : List.of("state", "00000000000000000000.log", "00000000000000000000.index")) {
            RunCommand run = RunCommand.of("dump", dir.resolve(SHARD + file).toString());
            if (run.code() != ExitCode.OK) {
                wrong.add("dump " + file + ": exit code " + run.code() + ": " + run.error());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(log.run("repair --execute").error()).contains("refused", Long.toString(appending.pid()));
        assertThat(log.run("groups reset busy --to-latest --execute").error())
                .contains("is read by", Long.toString(consuming.pid()));
        assertThat(appending.isAlive()).isTrue();
        assertThat(consuming.isAlive()).isTrue();
        assertThat(dir.resolve("append-error")).isEmptyFile();
        assertThat(dir.resolve("consume-error")).isEmptyFile();
    }
}
