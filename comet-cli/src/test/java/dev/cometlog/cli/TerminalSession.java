package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A command on a pseudo terminal of its own, made by `script` of util-linux, with somebody who types and looks.
final class TerminalSession implements AutoCloseable {
    /// All but the speed, which a pseudo terminal has not.
    private static final String SETTINGS = "stty -a | sed 's/^speed[^;]*;//' >";

    private final Process process;
    private final ScreenModel screen;
    private final Path directory;
    private final Thread reader;

    private TerminalSession(Process process, ScreenModel screen, Path directory) {
        this.process = process;
        this.screen = screen;
        this.directory = directory;
        this.reader = Thread.ofPlatform().daemon().name("screen").start(this::read);
    }

    /// Starts a command in a terminal of 80 columns and 24 lines.
    ///
    /// @param directory for what the shell around the command notes
    static TerminalSession start(Path directory, List<String> command) throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/script")),
                "no /usr/bin/script (util-linux), so there is no terminal to try it on");
        Path line = Files.writeString(
                directory.resolve("in-terminal"),
                // Only the command is to be interrupted by Ctrl-C, not the shell that says how it ended.
                "trap : INT\n"
                        + "stty cols 80 rows 24\n"
                        + "tty >" + directory.resolve("tty") + "\n"
                        + SETTINGS + directory.resolve("before") + "\n"
                        + quoted(command) + " 2>" + directory.resolve("error") + "\n"
                        + "echo $? >" + directory.resolve("code") + "\n"
                        + SETTINGS + directory.resolve("after") + "\n");
        ProcessBuilder builder = new ProcessBuilder("/usr/bin/script", "-qfec", "sh " + line, "/dev/null");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().put("LC_ALL", "C.UTF-8");
        return new TerminalSession(builder.redirectErrorStream(true).start(), new ScreenModel(80, 24), directory);
    }

    private static String quoted(List<String> command) {
        return "'" + String.join("' '", command) + "'";
    }

    private void read() {
        try (Reader output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            char[] buffer = new char[8192];
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                screen.print(new String(buffer, 0, read));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ScreenModel screen() {
        return screen;
    }

    void type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// Gives the window another size, as a user does who pulls at its edge.
    void resize(int width, int height) throws IOException, InterruptedException {
        screen.resize(width, height);
        int code = new ProcessBuilder(
                        "stty", "-F", noted("tty"), "cols", Integer.toString(width), "rows", Integer.toString(height))
                .start()
                .waitFor();
        assertThat(code).isZero();
    }

    /// Looks until the screen is as wanted.
    void awaitScreen(String what, Predicate<List<String>> wanted) {
        await(what)
                .atMost(Duration.ofSeconds(60))
                .conditionEvaluationListener(seen -> {
                    if (seen.getRemainingTimeInMS() < 0) {
                        System.out.println(screen.text());
                    }
                })
                .until(() -> wanted.test(screen.lines()));
    }

    /// Looks at some frames more, which must fit on it: the first after a change of its size need not.
    void assertFits() {
        screen.forgetWrapped();
        int seen = screen.frames();
        awaitScreen("further frames", lines -> screen.frames() > seen + 3);
        assertThat(screen.wrapped()).as("lines that were too long").isZero();
    }

    /// How long the command took to end.
    Duration awaitEnd() throws InterruptedException {
        long begun = System.nanoTime();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(ended).as(screen.text()).isTrue();
        reader.join();
        return took;
    }

    int exitCode() throws IOException {
        return Integer.parseInt(noted("code"));
    }

    String error() throws IOException {
        return Files.readString(directory.resolve("error"));
    }

    /// What the shell noted: `tty`, or the settings of the terminal `before` and `after`.
    String noted(String what) throws IOException {
        return Files.readString(directory.resolve(what)).strip();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
