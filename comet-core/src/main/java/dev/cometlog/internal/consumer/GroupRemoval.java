package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;

/// Deletes the file of a group that nobody reads for.
///
/// All leases are taken first, so that nobody can begin. Then the first one is marked as deleted: that is the
/// point of no return, and tells processes that have the file mapped. The name goes last, under the log's control
/// lock, because a new file may have it at once; whoever finds a marked file that still has its name, because the
/// deleter was killed in between, takes the name away.
final class GroupRemoval {
    private final Log log;

    GroupRemoval(Log log) {
        this.log = log;
    }

    /// @throws CometException.LeaseHeld naming who reads for the group
    void delete(GroupProgress progress, Path path) throws IOException {
        progress.claimAll();
        progress.file().markDeleted(progress.incarnations().self());
        unlinkIfMarked(path, progress.stream().shardCount());
    }

    /// Takes the name from a file that is marked as deleted, if it still has it.
    void unlinkIfMarked(Path path, int shards) throws IOException {
        Storage storage = log.storage();
        long bytes;
        try (var _ = log.incarnations().control(log.config().appendTimeout())) {
            // Looked at again: another process may have done it, and a new file may have the name.
            if (storage.kind(path) != Storage.FileKind.REGULAR || !isMarked(path, shards)) {
                return;
            }
            // One of an older layout takes less.
            bytes = storage.size(path);
            storage.delete(path);
        }
        log.budget().release(bytes);
        Path directory = path.getParent();
        if (directory != null) {
            storage.forceDirectory(directory);
        }
    }

    private boolean isMarked(Path path, int shards) throws IOException {
        try (StorageFile file = log.storage().open(path, Storage.Access.READ)) {
            if (file.size() < GroupDescriptor.essentialLength(shards)) {
                return false;
            }
            try (var mapped = file.map(GroupDescriptor.essentialLength(shards), false)) {
                return GroupFile.isMarked(mapped.memory());
            }
        }
    }

    static CometException.LeaseHeld refused(LogStream stream, String group, String reader) {
        return new CometException.LeaseHeld("group \"" + group + "\" of stream \"" + stream.name()
                + "\" cannot be deleted while it is read by " + reader);
    }
}
