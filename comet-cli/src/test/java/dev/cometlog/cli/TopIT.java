package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `comet top`, as it is packaged, on a terminal.
@Timeout(180)
class TopIT {
    private static final int SIGINT_EXIT_CODE = 130;
    private static final String CONTROL_C = "\003";

    /// It takes well under a second; a busy machine may need longer.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private Path dir;

    @BeforeEach
    void makeALog() throws Exception {
        try (Comet comet = Comet.open(dir.resolve("log"));
                CometConsumer consumer = comet.consumer("audit")) {
            for (int i = 0; i < 12; i++) {
                String name = "stream-" + i + ":v1";
                // The last one takes more room than the others.
                for (int entry = 0; entry < (i == 11 ? 200 : 1); entry++) {
                    long _ = comet.stream(name, 1).shard(0).append(new byte[10_000]);
                }
                consumer.poll(name, 1, Duration.ofSeconds(10)).ack();
            }
        }
    }

    private TerminalSession top(String... more) throws Exception {
        List<String> command =
                new ArrayList<>(CometJar.command("top", "-d", dir.resolve("log").toString(), "-i", "0.2"));
        command.addAll(List.of(more));
        return TerminalSession.start(dir, command);
    }

    private static boolean isDrawn(List<String> lines) {
        return lines.getFirst().startsWith("comet top") && lines.getLast().startsWith("q quit");
    }

    private static long streams(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("stream-")).count();
    }

    private static String firstStream(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("stream-"))
                .findFirst()
                .orElse("");
    }

    @Test
    void itFillsTheTerminalAndFollowsKeysAndSizes() throws Exception {
        try (TerminalSession terminal = top()) {
            terminal.awaitScreen("24 lines", TopIT::isDrawn);
            assertThat(terminal.screen().isTakenOver()).isTrue();
            assertThat(firstStream(terminal.screen().lines())).startsWith("stream-0:v1");
            assertThat(terminal.screen().text()).contains("audit");

            terminal.type("ss");
            terminal.awaitScreen("most bytes first", lines -> firstStream(lines).startsWith("stream-11:v1"));
            terminal.type("r");
            terminal.awaitScreen("fewest first", lines -> firstStream(lines).startsWith("stream-0:v1"));
            terminal.type("/-1");
            terminal.awaitScreen("what is typed", lines -> lines.getLast().startsWith("filter: -1_"));
            terminal.type("\r");
            terminal.awaitScreen("three streams", lines -> streams(lines) == 3 && isDrawn(lines));
            terminal.type("\033");
            terminal.awaitScreen("more again", lines -> streams(lines) > 3);

            terminal.assertFits();
            terminal.resize(120, 40);
            terminal.awaitScreen("all streams", lines -> streams(lines) == 12 && isDrawn(lines));
            terminal.resize(60, 10);
            terminal.awaitScreen("ten lines", TopIT::isDrawn);
            terminal.assertFits();
            terminal.resize(80, 24);
            terminal.awaitScreen("24 lines again", TopIT::isDrawn);

            terminal.type("q");
            Duration _ = terminal.awaitEnd();
            assertThat(terminal.exitCode()).isZero();
            assertIsLeftAsItWas(terminal);
        }
    }

    @Test
    void everyColumnOfAFullLineIsThere() throws Exception {
        String full = "q quit  s sort: name  r";
        try (TerminalSession terminal = top()) {
            terminal.awaitScreen("24 lines", TopIT::isDrawn);
            terminal.resize(full.length(), 24);
            terminal.awaitScreen(
                    "full lines",
                    lines -> lines.getLast().equals(full)
                            && lines.subList(0, 23).stream().anyMatch(line -> line.length() == full.length()));
            terminal.type("q");
            Duration _ = terminal.awaitEnd();
        }
    }

    @Test
    void controlCEndsItAndLeavesTheTerminalAsItWas() throws Exception {
        CometJar.assumeInterruptsAreNotIgnored();
        try (TerminalSession terminal = top()) {
            terminal.awaitScreen("24 lines", TopIT::isDrawn);
            terminal.type(CONTROL_C);
            assertThat(terminal.awaitEnd()).isLessThan(PATIENCE);
            assertThat(terminal.exitCode()).isIn(0, SIGINT_EXIT_CODE);
            assertIsLeftAsItWas(terminal);
        }
    }

    private static void assertIsLeftAsItWas(TerminalSession terminal) throws Exception {
        assertThat(terminal.error()).isEmpty();
        assertThat(terminal.screen().isAsBefore()).isTrue();
        assertThat(terminal.noted("after")).isEqualTo(terminal.noted("before"));
    }
}
