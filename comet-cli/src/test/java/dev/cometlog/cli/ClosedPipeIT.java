package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever reads a command's output may stop at any time, as `head` does: the command ends without a word.
@Timeout(120)
class ClosedPipeIT {
    @TempDir
    private Path dir;

    private CometJar comet;

    @BeforeEach
    void makeALog() throws Exception {
        comet = new CometJar(dir);
        try (Comet log = Comet.open(dir.resolve("log"));
                CometConsumer consumer = log.consumer("audit")) {
            for (int i = 0; i < 100; i++) {
                long _ = log.stream("events:v1", 1).shard(0).append("a line".getBytes(StandardCharsets.UTF_8));
            }
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat events:v1",
                "tail events:v1",
                "tail -f -n 100 events:v1",
                "consume events:v1 -g new -n 100",
                "export events:v1",
                "streams",
                "streams -o json",
                "groups ls",
                "groups ls -o json",
                "groups describe audit",
                "groups describe audit -o json",
                "groups reset audit --to-earliest --execute",
                "groups reset audit --to-earliest --execute -o json",
                "groups delete audit",
                "stats",
                "stats -o json",
                "stats -o prometheus",
                "top --once -i 0.1",
                "top --once -i 0.1 -o json",
                "retain --dry-run",
                "retain --dry-run -o json",
                "verify",
                "verify -o json",
                "repair",
                "repair -o json",
            })
    void aCommandWhoseReaderHasGoneEndsQuietly(String command) throws Exception {
        run((command + " -d " + dir.resolve("log")).split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "cat --help", "version", "completion"})
    void soDoesOneThatNeedsNoLog(String command) throws Exception {
        run(command.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000/00000000000000000000.log", "0000/state", "stream.properties"})
    void soDoesADumpOfAFile(String file) throws Exception {
        run("dump", dir.resolve("log/streams/events%3Av1").resolve(file).toString());
    }

    private void run(String... arguments) throws Exception {
        Path error = dir.resolve("error");
        Process process = comet.start(error, arguments);
        // Before the JVM has begun to print.
        process.getInputStream().close();
        assertThat(comet.end(process, error)).isEqualTo(new CometJar.Run(0, ""));
    }
}
