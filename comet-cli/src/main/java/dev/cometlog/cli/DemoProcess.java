package dev.cometlog.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One worker process of the demo, seen from its parent.
final class DemoProcess {
    private final Process process;
    private final AckFile acks;
    private final Path errors;

    private DemoProcess(Process process, AckFile acks, Path errors) {
        this.process = process;
        this.acks = acks;
        this.errors = errors;
    }

    /// Starts a JVM like this one that appends `entries` entries, numbered from `first`.
    static DemoProcess start(Path log, Path scratch, int worker, long first, int entries, long seed)
            throws IOException {
        String name = "worker-" + worker + "-" + first;
        Path file = scratch.resolve(name + ".acks");
        Path errors = scratch.resolve(name + ".errors");
        AckFile acks = AckFile.open(file, entries);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "demo-worker"));
        command.addAll(List.of("-d", log.toString(), "--worker", Integer.toString(worker)));
        command.addAll(List.of("--seed", Long.toString(seed + worker * 31L + first)));
        command.addAll(List.of("--first", Long.toString(first), "--entries", Integer.toString(entries)));
        command.addAll(List.of("--acks", file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        return new DemoProcess(process, acks, errors);
    }

    long pid() {
        return process.pid();
    }

    AckFile acks() {
        return acks;
    }

    /// Whether it has appended everything.
    ///
    /// @throws CommandFailure with what it complained about, if it ended before
    boolean isDone() throws IOException {
        if (!acks.isDone() && !process.isAlive()) {
            throw new CommandFailure("worker " + pid() + " ended with exit code " + process.exitValue() + ": "
                    + Files.readString(errors).strip());
        }
        return acks.isDone();
    }

    /// Kills it with SIGKILL, if it still runs, and waits until it is gone.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
