package dev.cometlog.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A real JVM that writes a [SmallLog] and dies in the middle of its last append.
final class DyingWriter {
    private static final int KILLED = 137;

    private DyingWriter() {}

    public static void main(String[] args) throws Exception {
        ManualTime time = new ManualTime();
        Log log = SmallLog.open(DiskStorage::new, Path.of(args[0]), time, SmallLog.BOOT);
        SmallLogWriter writer = new SmallLogWriter(log, time);
        writer.write();
        writer.writeUnpublished();
    }

    /// Has the log written and returns what was left of it, with all paths as if it lay in `root`.
    ///
    /// @param append in which it dies, counted from 1
    static MemoryDisk run(Path root, ManualTime time, long append, String classPath)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(root.getParent(), "dying");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        "-Dcomet.killPoint=" + KillPoint.BEFORE_PUBLISH + ":" + append,
                        DyingWriter.class.getName(),
                        directory.toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != KILLED) {
            throw new AssertionError("it did not die where it should: " + output);
        }
        MemoryDisk disk = new MemoryDisk(root, time);
        copy(directory, root, disk);
        keepIdentity(disk);
        return disk;
    }

    private static void copy(Path from, Path to, MemoryDisk disk) throws IOException {
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.toList()) {
                Path copy = to.resolve(from.relativize(child).toString());
                if (Files.isDirectory(child)) {
                    disk.createDirectory(copy);
                    copy(child, copy, disk);
                } else if (!child.endsWith(Incarnations.LOCK_FILE)) {
                    disk.put(copy, Files.readAllBytes(child));
                }
            }
        }
    }

    /// The log stands for the one that was written, not for a copy of it.
    private static void keepIdentity(MemoryDisk disk) throws IOException {
        Path page = SmallLog.paths(disk).state();
        try (StorageFile file = disk.open(page, Storage.Access.WRITE)) {
            ShardState state = new ShardState(file.map(ShardState.PAGE_BYTES, true));
            if (state.lockWord() == 0 || state.preparedNonce() == 0) {
                throw new AssertionError("nobody is inside, or no segment is prepared");
            }
            state.fileId(disk.fileId(page));
            state.close();
        }
    }
}
