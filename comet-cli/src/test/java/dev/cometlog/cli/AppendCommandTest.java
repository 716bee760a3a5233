package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where `append` puts lines, and what it refuses.
class AppendCommandTest {
    @TempDir
    private Path scratch;

    private LogCommands log;
    private Path lines;

    @BeforeEach
    void chooseADirectory() throws IOException {
        log = new LogCommands(scratch.resolve("log"));
        lines = Files.writeString(scratch.resolve("lines"), "a\nb\n");
    }

    @Test
    void aShardGetsEveryLine() {
        log.print("append events:v1 --shards 3 --shard 2 " + lines);
        assertThat(log.print("cat events:v1 --shard 2")).isEqualTo("a\nb\n");
    }

    @Test
    void aKeyPicksTheShardThatItPicksForEveryProgram() {
        log.print("append events:v1 --shards 16 --key user-123 " + lines);
        String picked = Comet.pickShardStream("user-123", "events", "v1", 16);
        int shard = Integer.parseInt(picked.substring(picked.lastIndexOf(':') + 1));
        assertThat(log.print("cat events:v1 --shard " + shard)).isEqualTo("a\nb\n");
    }

    @Test
    void severalFilesAreAppendedInTheirOrder() throws IOException {
        Path more = Files.writeString(scratch.resolve("more"), "c\nd");
        log.print("append events:v1 --batch 3 " + more + " " + lines + " " + more);
        assertThat(log.print("cat events:v1")).isEqualTo("c\nd\na\nb\nc\nd\n");
    }

    @ParameterizedTest
    @CsvSource({
        "append new --shard 99, shard must be between 0 and 15",
        "append new --shard -1, shard must be between 0 and 15",
        "append new --shards 4 --shard 4, shard must be between 0 and 3",
        "append new --shards 0, shards must be between 1 and 65536: shards=0",
        "append new --key k --shard 1, --key and --shard exclude each other",
        "append new --batch 0, --batch must be at least 1: 0",
        "append a/b, stream name must not contain",
        "append a*, stream name must not contain '*'",
        "append new --codec lz5, codec \"lz5\" is not installed",
    })
    void whatIsRefusedMakesNothing(String command, String message) throws IOException {
        for (boolean made : List.of(false, true)) {
            if (made) {
                log.append("events:v1", 1, 0, "x");
            }
            List<Path> before = log.files();
            RunCommand run = log.run(command + " " + lines);
            assertThat(run.error()).startsWith("comet: ").contains(message);
            assertThat(run.code()).isEqualTo(ExitCode.ERROR);
            assertThat(log.files()).isEqualTo(before);
        }
    }

    @Test
    void aFileThatIsMissingOrADirectoryIsNamedBeforeAnythingIsAppended() throws IOException {
        for (String file :
                List.of(scratch.toString(), scratch.resolve("nothing").toString())) {
            RunCommand run = log.run("append new " + lines + " " + file);
            assertThat(run.error()).startsWith("comet: " + file + ": ").doesNotContain("java.");
            assertThat(run.code()).isEqualTo(ExitCode.ERROR);
            assertThat(log.files()).isEmpty();
        }
    }
}
