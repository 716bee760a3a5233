package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// The disk of a machine that loses its power again and again.
interface CutDisk {
    /// Where the log is now.
    Path root();

    /// What it is written to now.
    Storage storage();

    /// Empties it.
    void clear() throws IOException;

    /// Takes what survives in place of what there was.
    void cut(PowerCutStorage before, Random random) throws IOException;

    /// A disk of memory. Only the lock file lies in the directory.
    static CutDisk inMemory(Path directory, TimeSource time) {
        return new CutDisk() {
            private MemoryDisk storage = new MemoryDisk(directory, time);

            @Override
            public Path root() {
                return directory;
            }

            @Override
            public Storage storage() {
                return storage;
            }

            @Override
            public void clear() {
                storage = new MemoryDisk(directory, time);
            }

            @Override
            public void cut(PowerCutStorage before, Random random) throws IOException {
                MemoryDisk after = new MemoryDisk(directory, time);
                before.cut(random, after, directory);
                storage = after;
            }
        };
    }

    /// Real files: the log moves from one directory to the other at each cut. The lock files stay for good, since
    /// each keeps a channel open.
    static CutDisk real(Path directory) {
        return new CutDisk() {
            private final Storage storage = new DiskStorage(FilesMode.DEFAULT);
            private int place;

            @Override
            public Path root() {
                return directory.resolve(place == 0 ? "even" : "odd");
            }

            @Override
            public Storage storage() {
                return storage;
            }

            @Override
            public void clear() throws IOException {
                Files.createDirectories(root());
                try (var children = Files.list(root())) {
                    for (Path child : children.toList()) {
                        if (!child.endsWith(Incarnations.LOCK_FILE)) {
                            PowerCutStorage.deleteTree(child);
                        }
                    }
                }
            }

            @Override
            public void cut(PowerCutStorage before, Random random) throws IOException {
                place ^= 1;
                clear();
                before.cut(random, storage, root());
            }
        };
    }
}
