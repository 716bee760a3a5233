package dev.cometlog.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A cell in a JVM of its own, started by another cell with the same flags; killed when closed.
final class ChildCell implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildCell(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static ChildCell start(List<String> flags, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cell.class.getName()));
        command.addAll(List.of(arguments));
        return new ChildCell(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /// Returns the child's next line.
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the child ended without an answer");
        }
        return line;
    }

    /// Lets a child go on that waits in [#awaitGo()].
    void go() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /// In a child: tells the parent that it may go on, and waits for its word.
    static void awaitGo() throws IOException {
        System.out.println("ready");
        if (System.in.read() < 0) {
            throw new IOException("the parent is gone");
        }
    }

    void join() throws InterruptedException {
        int unused = process.waitFor();
        assert unused >= 0;
    }

    /// Kills the child, as by SIGKILL.
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
