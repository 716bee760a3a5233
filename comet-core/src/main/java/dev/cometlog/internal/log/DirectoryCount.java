package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
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

    /// What the files of one directory take now. Others make and delete files meanwhile, so nothing is cleared
    /// away, and what is gone when it is asked for takes nothing.
    long present(Path directory) throws IOException {
        long bytes = 0;
        for (String name : storage.list(directory)) {
            bytes += presentFile(directory.resolve(name));
        }
        return bytes;
    }

    private long presentFile(Path path) throws IOException {
        try {
            boolean isRegular = storage.kind(path) == Storage.FileKind.REGULAR;
            return isRegular ? DiskBudget.rounded(storage.size(path)) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
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
        return DiskBudget.rounded(storage.size(path));
    }
}
