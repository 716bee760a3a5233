package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ctrl-C ends every command at once, whatever it waits for, and without a word. `comet top` has a test of its own.
@Timeout(180)
class InterruptIT {
    private static final int SIGINT_EXIT_CODE = 130;

    /// It takes well under a second; a busy machine may need longer to start a thread.
    private static final int PATIENCE_SECONDS = 5;

    private static final int ENTRIES = 20_000;

    @TempDir
    private Path dir;

    private CometJar comet;
    private String log;
    private Path error;

    /// More than a pipe and a buffer hold, so that whoever prints it waits for a reader who does not come.
    @BeforeEach
    void makeALogThatFillsAPipe() throws Exception {
        CometJar.assumeInterruptsAreNotIgnored();
        comet = new CometJar(dir);
        log = dir.resolve("log").toString();
        error = dir.resolve("error");
        try (Comet opened = Comet.open(Path.of(log))) {
            CometShard shard = opened.stream("events:v1", 1).shard(0);
            for (int i = 0; i < ENTRIES; i++) {
                long _ = shard.append("a line".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void interrupt(Process process) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended).as("ended in time").isTrue();
        assertThat(new CometJar.Run(process.exitValue(), Files.readString(error)))
                .isEqualTo(new CometJar.Run(SIGINT_EXIT_CODE, ""));
        assertThat(comet.print(0, "verify", "-d", log)).contains("no damage");
    }

    private Process start(String command) throws IOException {
        return comet.start(error, command.replace("SEGMENT", segment()).split(" "));
    }

    private String segment() {
        return dir.resolve("log/streams/events%3Av1/0000/00000000000000000000.log")
                .toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat events:v1",
                "tail -n 20000 events:v1",
                "export events:v1",
                "consume events:v1 -g audit",
                "dump SEGMENT",
            })
    void whatWaitsForAReaderOfItsOutput(String command) throws Exception {
        Process process = start(command + (command.startsWith("dump") ? "" : " -d " + log));
        // The pipe is as good as full: its pages need not be.
        await().atMost(Duration.ofSeconds(60)).until(() -> available(process.getInputStream()) > 50_000);
        interrupt(process);
    }

    private static int available(InputStream output) throws IOException {
        return output.available();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tail -f -n 1 events:v1",
                "consume events:v1 -g audit --from latest --exec cat",
                "forward file DIR/out -s events:v1 -g archive",
                "forward http http://127.0.0.1:9/in -s events:v1 -g uplink",
                "forward kafka 127.0.0.1:9 -s events:v1 -g uplink --property max.block.ms=60000",
            })
    void whatWaitsForEntriesOrForADestination(String command) throws Exception {
        Process process = start(command.replace("DIR", dir.toString()) + " -d " + log);
        await().atMost(Duration.ofSeconds(60)).until(() -> hasTheLogOpen(process));
        interrupt(process);
    }

    /// Whether a process has mapped or opened files of the log.
    private boolean hasTheLogOpen(Process process) throws IOException {
        assertThat(process.isAlive()).as(Files.readString(error)).isTrue();
        Path maps = Path.of("/proc", Long.toString(process.pid()), "maps");
        return Files.readAllLines(maps).stream().anyMatch(line -> line.contains(log));
    }

    @ParameterizedTest
    @ValueSource(strings = {"append events:v1", "import events:v1"})
    void whatWaitsForItsInput(String command) throws Exception {
        Process process = comet.feed(error, (command + " -d " + log).split(" "));
        process.getOutputStream().write(" ".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        await().atMost(Duration.ofSeconds(60)).until(() -> hasTheLogOpen(process));
        interrupt(process);
    }

    @Test
    void aBenchThatIsAtWorkAndItsDirectoryGoes() throws Exception {
        Path place = Files.createDirectory(dir.resolve("place"));
        Process process = start("bench --seconds 600 -d " + place);
        await().atMost(Duration.ofSeconds(60)).until(() -> isIn(place));
        interrupt(process);
        assertThat(isIn(place)).isFalse();
    }

    private static boolean isIn(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.findAny().isPresent();
        }
    }

    @Test
    void aDemoThatIsAtWorkAndItsDirectoryGoes() throws Exception {
        Process process = start("demo --entries 5000000");
        String _ = CometJar.line(process.getInputStream());
        String line = CometJar.line(process.getInputStream());
        Path place = Path.of(line.replaceAll("(?s)directory +(\\S+?),? .*", "$1"));
        assertThat(place).isDirectory();
        interrupt(process);
        assertThat(place).doesNotExist();
    }
}
