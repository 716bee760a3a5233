package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.PropertiesText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A directory that is no log, or one of a newer version, is refused by every command before anything is touched.
@Timeout(60)
class RefusedDirectoryTest {
    @TempDir
    private Path scratch;

    private Path input;

    @BeforeEach
    void makeAnInput() throws IOException {
        input = Files.writeString(scratch.resolve("input"), "a line\n");
    }

    /// Every command that is given a log.
    static Stream<String> commands() {
        return Stream.of(
                "append events:v1 INPUT",
                "cat events:v1",
                "tail events:v1",
                "tail -f events:v1",
                "consume events:v1 -g audit",
                "forward file OUTPUT -s events:v1 -g audit",
                "streams",
                "streams create logs:v1",
                "streams alter events:v1 --max-age 1h",
                "streams alter --max-total-bytes 8GiB",
                "groups ls",
                "groups describe audit",
                "groups reset audit --to-latest",
                "groups reset audit --to-latest --execute",
                "groups delete audit",
                "stats",
                "top",
                "top --once",
                "retain",
                "retain --dry-run",
                "verify",
                "repair",
                "repair --execute",
                "export events:v1",
                "import events:v1 INPUT");
    }

    private void assertRefused(Path directory, String command, String... words) throws IOException {
        LogCommands log = new LogCommands(directory);
        Map<Path, String> before = log.snapshot();
        RunCommand run = log.run(command.replace("INPUT", input.toString())
                .replace("OUTPUT", scratch.resolve("output").toString()));
        assertThat(run.error()).startsWith("comet: ").hasLineCount(1).contains(words);
        assertThat(run.output()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.ERROR);
        assertThat(log.snapshot()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void oneThatHoldsSomethingElse(String command) throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("letters"));
        Files.writeString(directory.resolve("letter.txt"), "dear");
        assertRefused(directory, command, "log");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void oneOfANewerVersion(String command) throws IOException {
        Path directory = scratch.resolve("log");
        new LogCommands(directory).append("events:v1", 1, 0, "a");
        Path properties = directory.resolve("comet.properties");
        Map<String, String> stored =
                PropertiesText.decode(Files.readAllBytes(properties)).orElseThrow();
        stored.put("format", "2");
        Files.write(properties, PropertiesText.encode(stored));
        assertRefused(directory, command, "newer");
    }
}
