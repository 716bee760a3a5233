package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Commands that only look change nothing of a log, in whatever state it is: no byte, no time of a file, and they make
/// and delete none, not even for a moment.
@Timeout(60)
class ReadOnlyCommandsTest {
    private static final String STREAM = "streams/events%3Av1/";

    private static final List<String> COMMANDS = List.of(
            "cat events:v1",
            "cat events:v1 --match 7 -o json",
            "tail events:v1",
            "tail events:v1 --from -1h -o json",
            "export events:v1",
            "streams",
            "streams -o json",
            "groups ls",
            "groups ls -o json",
            "groups describe audit",
            "groups describe audit -o json",
            "groups reset audit --to-latest",
            "groups reset audit --to-earliest -o json",
            "stats",
            "stats events:v1 -o json",
            "stats -o prometheus",
            "top --once -i 0.1",
            "top --once -i 0.1 -o json",
            "verify",
            "verify -o json",
            "repair",
            "repair -o json");

    private static final List<String> FILES = List.of(
            "comet.properties",
            "comet.state",
            STREAM + "stream.properties",
            STREAM + "0000/state",
            STREAM + "0000/00000000000000000000.log",
            STREAM + "groups/audit");

    private static final Map<State, LogCommands> LOGS = new EnumMap<>(State.class);

    @TempDir
    private static Path scratch;

    enum State {
        CLOSED,
        /// All processes that had it open were killed: this is a copy from before they closed it.
        KILLED,
        DAMAGED,
        WITHOUT_STATE
    }

    /// Once for all: nothing may change them.
    @BeforeAll
    static void makeLogs() throws Exception {
        Path log = scratch.resolve("CLOSED");
        try (Comet comet = Comet.open(log);
                CometConsumer consumer = comet.consumer("audit")) {
            for (int i = 0; i < 100; i++) {
                long _ = comet.stream("events:v1", 2)
                        .shard(i % 2)
                        .append(("entry " + i).getBytes(StandardCharsets.UTF_8));
            }
            consumer.poll("events:v1", 10, Duration.ofSeconds(10)).ack();
            copy(log, scratch.resolve("KILLED"));
        }
        copy(log, scratch.resolve("DAMAGED"));
        copy(log, scratch.resolve("WITHOUT_STATE"));
        Path segment = scratch.resolve("DAMAGED").resolve(STREAM + "0000/00000000000000000000.log");
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            int _ = channel.write(ByteBuffer.wrap(new byte[] {'X'}), 64 + 12);
        }
        Files.delete(scratch.resolve("WITHOUT_STATE").resolve(STREAM + "0000/state"));
        for (State state : State.values()) {
            LOGS.put(state, new LogCommands(scratch.resolve(state.name())));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    static Stream<Arguments> commands() {
        return Stream.of(State.values())
                .flatMap(state -> COMMANDS.stream().map(command -> Arguments.of(state, command)));
    }

    static Stream<Arguments> files() {
        return Stream.of(State.values()).flatMap(state -> FILES.stream().map(file -> Arguments.of(state, file)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aLookChangesNothing(State state, String command) throws IOException {
        LogCommands log = LOGS.get(state);
        Map<Path, String> before = log.snapshot();
        RunCommand run = log.run(command);
        assertThat(log.snapshot()).isEqualTo(before);
        if (state == State.CLOSED) {
            assertThat(run.code()).as(run.error()).isZero();
        } else if (state == State.KILLED) {
            // Repair offers to do what the next open would.
            assertThat(run.code()).as(run.error()).isNotEqualTo(ExitCode.ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void norDoesADump(State state, String file) throws IOException {
        LogCommands log = LOGS.get(state);
        Map<Path, String> before = log.snapshot();
        RunCommand run = RunCommand.of("dump", log.directory().resolve(file).toString());
        assertThat(log.snapshot()).isEqualTo(before);
        if (state == State.CLOSED) {
            assertThat(run.code()).as(run.output() + run.error()).isZero();
        }
    }
}
