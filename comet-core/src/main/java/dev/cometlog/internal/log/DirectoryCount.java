package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Counts the bytes of a whole directory, and clears away the temporary files of the dead. Used when nobody
/// else is alive. What is no part of the log is told of and left alone.
record DirectoryCount(Storage storage) {
    private static final System.Logger LOG = System.getLogger(DirectoryCount.class.getName());

    /// What the directory of a log takes, all in all.
    long bytes(Path directory) throws IOException {
        return bytes(directory, LogPart.LOG);
    }

    private long bytes(Path directory, LogPart part) throws IOException {
        long bytes = 0;
        List<String> strangers = new ArrayList<>();
        for (String name : storage.list(directory)) {
            Path path = directory.resolve(name);
            try {
                switch (storage.kind(path)) {
                    case DIRECTORY ->
                        bytes += name.equals(LogDirectory.LOST_AND_FOUND) ? 0 : bytes(path, part.child(name));
                    case REGULAR -> bytes += fileBytes(path, name);
                    case ABSENT, OTHER -> {}
                }
            } catch (AccessDeniedException e) {
                // Whoever needs it will be told; the others can do without.
                LOG.log(System.Logger.Level.WARNING, path + " cannot be read and is not counted", e);
            }
            if (part.isStranger(name) && !WholeFiles.isTemporary(name)) {
                strangers.add(name);
            }
        }
        if (!strangers.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} holds what is no part of a log; ignored: {1}",
                    directory,
                    strangers);
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

    /// The same of a directory and all below it.
    long presentTree(Path directory) throws IOException {
        long bytes = 0;
        try {
            for (String name : storage.list(directory)) {
                Path path = directory.resolve(name);
                boolean isOurs = !name.equals(LogDirectory.LOST_AND_FOUND);
                boolean isDirectory = storage.kind(path) == Storage.FileKind.DIRECTORY;
                bytes += isDirectory && isOurs ? presentTree(path) : presentFile(path);
            }
        } catch (NoSuchFileException | AccessDeniedException e) {
            // Deleted since it was listed, with all that was in it, or not counted before either.
            return bytes;
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
        return DiskBudget.rounded(storage.size(path));
    }
}
