package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A control group of the kernel, version 1 or 2, that bounds the memory of what runs inside.
record MemoryLimit(Path group) implements AutoCloseable {
    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");

    /// Empty where this user or this machine cannot make one.
    static Optional<MemoryLimit> of(int mebibytes) {
        boolean first = Files.exists(VERSION_1.resolve("memory.limit_in_bytes"));
        Path group = (first ? VERSION_1 : VERSION_2)
                .resolve("comet-bench-" + ProcessHandle.current().pid());
        try {
            Path unused = Files.createDirectory(group);
            assert unused.equals(group);
            Path limit = group.resolve(first ? "memory.limit_in_bytes" : "memory.max");
            Path written = Files.writeString(limit, Long.toString((long) mebibytes << 20));
            assert written.equals(limit);
            return Optional.of(new MemoryLimit(group));
        } catch (IOException e) {
            System.err.println("no memory limit can be set here: " + e);
            return Optional.empty();
        }
    }

    /// The command that runs `command` inside.
    List<String> around(List<String> command) {
        return Stream.concat(
                        Stream.of("sh", "-c", "echo $$ > " + group + "/cgroup.procs && exec \"$@\"", "sh"),
                        command.stream())
                .toList();
    }

    @Override
    public void close() throws IOException {
        Files.delete(group);
    }
}
