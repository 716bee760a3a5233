package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `streams` stores and what it refuses.
class StreamsCommandTest {
    @TempDir
    private Path scratch;

    private LogCommands log;

    @BeforeEach
    void chooseADirectory() {
        log = new LogCommands(scratch.resolve("log"));
    }

    @ParameterizedTest
    @CsvSource({
        "streams create a/b, stream name must not contain",
        "streams create a*, stream name must not contain '*'",
        "streams create new --segment-bytes 1, segmentBytes=1",
        "streams create new --shards 0, shards must be between 1 and 65536: shards=0",
        "streams create new --max-age 0s, maxAge=PT0S",
        "streams create new --codec lz5, codec \"lz5\" is not installed",
        "streams create new --max-total-bytes 1, maxTotalBytes=1",
    })
    void whatIsRefusedMakesNoLog(String command, String message) throws IOException {
        RunCommand run = log.run(command);
        assertThat(run.error()).startsWith("comet: ").contains(message);
        assertThat(run.code()).isEqualTo(ExitCode.ERROR);
        assertThat(log.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--protect-unconsumed false", "--protect-unconsumed=false"})
    void whetherAgeSparesWhatIsUnreadIsGivenAsAValue(String option) throws IOException {
        log.print("streams create orders:v1 --shards 1");
        log.print("streams alter orders:v1 " + option);
        assertThat(Files.readString(log.directory().resolve("streams/orders%3Av1/stream.properties")))
                .contains("protectUnconsumed=false");
    }

    @Test
    void withoutAValueItIsRefused() {
        log.print("streams create orders:v1 --shards 1");
        RunCommand run = RunCommand.of(
                "streams", "alter", "-d", log.directory().toString(), "orders:v1", "--protect-unconsumed");
        assertThat(run.error()).contains("--protect-unconsumed");
        assertThat(run.code()).isEqualTo(ExitCode.ERROR);
        assertThat(RunCommand.of("streams", "alter", "--help").output()).contains("--protect-unconsumed=true|false");
    }
}
