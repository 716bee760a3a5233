package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/// Creates what a shard consists of before its first segment.
final class ShardFiles {
    private ShardFiles() {}

    /// Creates the shard's directory and, if absent, its state page, durably up to the log directory.
    ///
    /// The page is in force in the present epoch: a new shard has nothing to recover. Callers see to it that
    /// no segments exist.
    static void createState(ShardContext context, ShardId id, ShardPaths paths) throws IOException {
        Storage storage = context.storage();
        ensureDirectory(storage, paths.directory());
        byte[] page =
                ShardState.initialPage(id.streamHash(), id.shard(), id.shardCount(), context.epoch(), context.boot());
        context.budget().reserve(page.length);
        if (!WholeFiles.create(storage, paths.state(), page)) {
            context.budget().release(page.length);
        }
    }

    /// Creates a directory if absent; either way its name is durable afterwards. Its parent exists.
    static void ensureDirectory(Storage storage, Path directory) throws IOException {
        if (storage.kind(directory) == Storage.FileKind.ABSENT) {
            try {
                storage.createDirectory(directory);
            } catch (FileAlreadyExistsException e) {
                // Another process was faster; it may not have come to forcing the parent yet, so we do.
            }
        }
        Path parent = directory.getParent();
        if (parent != null) {
            storage.forceDirectory(parent);
        }
    }
}
