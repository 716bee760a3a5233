package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Path;

/// Counts the bytes of a whole directory, and clears away the temporary files of the dead. Used when nobody
/// else is alive.
record DirectoryCount(Storage storage) {

    long bytes(Path directory) throws IOException {
        long bytes = 0;
        for (String name : storage.list(directory)) {
            Path path = directory.resolve(name);
            switch (storage.kind(path)) {
                case DIRECTORY -> bytes += name.equals(LogDirectory.LOST_AND_FOUND) ? 0 : bytes(path);
                case REGULAR -> bytes += fileBytes(path, name);
                case ABSENT, OTHER -> {}
            }
        }
        return bytes;
    }

    private long fileBytes(Path path, String name) throws IOException {
        if (name.equals(Incarnations.LOCK_FILE)) {
            // Empty, and closing a second channel of it would drop every lock of this process.
            return 0;
        }
        if (WholeFiles.isTemporary(name)) {
            storage.delete(path);
            return 0;
        }
        try (StorageFile file = storage.open(path, Storage.Access.READ)) {
            return DiskBudget.rounded(file.size());
        }
    }
}
