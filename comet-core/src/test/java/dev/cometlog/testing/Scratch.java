package dev.cometlog.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A temporary directory that is gone when it is closed.
public record Scratch(Path directory) implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");

    /// On the file system that is to be tried.
    public static Scratch onDisk(String name) throws IOException {
        return new Scratch(Files.createTempDirectory("comet-" + name));
    }

    /// In memory where there is such a file system, for what needs a real path and no disk.
    public static Scratch inMemory(String name) throws IOException {
        return Files.isWritable(MEMORY)
                ? new Scratch(Files.createTempDirectory(MEMORY, "comet-" + name))
                : onDisk(name);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
