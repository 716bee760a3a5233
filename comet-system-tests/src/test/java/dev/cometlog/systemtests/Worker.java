package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An [AppendingWorker] in a JVM of its own.
final class Worker implements AutoCloseable {
    private static final int EXIT_SECONDS = 60;

    private final Process process;

    private Worker(Process process) {
        this.process = process;
    }

    /// What a worker is started with.
    record Setup(Path directory, Path acks, int threads, int shards, long entries) {}

    /// @param number the number of its first thread; every thread of every worker has one of its own
    /// @param options of the JVM
    static Worker start(Setup setup, int number, Path output, String... options) throws IOException {
        List<String> more = new ArrayList<>(List.of("-Xmx128m"));
        more.addAll(List.of(options));
        List<String> command = ChildJvm.command(AppendingWorker.class, more);
        command.addAll(List.of(
                setup.directory().toString(),
                setup.acks().toString(),
                Integer.toString(number),
                Integer.toString(setup.threads()),
                Integer.toString(setup.shards()),
                Long.toString(setup.entries())));
        return new Worker(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// SIGKILL; returns once the process is gone.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    /// Sends `STOP` or `CONT`.
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /// Waits for the end of the process.
    int exitCode() throws InterruptedException {
        if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("worker " + pid() + " is still running after " + EXIT_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
