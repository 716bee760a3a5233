package dev.cometlog.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// A directory that is gone at the end, however the command ends.
final class BenchDirectory implements AutoCloseable {
    private final Path path;

    private BenchDirectory(Path path) {
        this.path = path;
        Runtime.getRuntime().addShutdownHook(new Thread(this::delete, "comet-bench-cleanup"));
    }

    static BenchDirectory in(Path parent) throws IOException {
        return new BenchDirectory(Files.createTempDirectory(parent, "comet-bench-"));
    }

    Path path() {
        return path;
    }

    private void delete() {
        try {
            if (Files.isDirectory(path)) {
                Files.walkFileTree(path, new Deleting());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + " could not be deleted", e);
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }

    @Override
    public void close() {
        delete();
    }
}
