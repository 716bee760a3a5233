package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/// Creates what a shard consists of before its first segment.
public final class ShardFiles {
    /// Of a page that no recovery has filled in yet.
    static final long NO_EPOCH = 0;

    private ShardFiles() {}

    /// Creates the shard's directory and a state page, durably up to the log directory. A page that cannot be
    /// used is replaced: the caller holds the claim to recover the shard.
    ///
    /// The page is in force in no epoch, so whoever opens it recovers the shard first.
    static void createState(ShardContext context, ShardId id, ShardPaths paths) throws IOException {
        Storage storage = context.storage();
        ensureDirectory(storage, paths.directory());
        byte[] page = ShardState.initialPage(id.streamHash(), id.shard(), id.shardCount(), NO_EPOCH, BootId.UNKNOWN);
        if (storage.kind(paths.state()) == Storage.FileKind.REGULAR) {
            long bytes = storage.size(paths.state());
            storage.delete(paths.state());
            context.budget().release(bytes);
        }
        context.budget().reserve(page.length);
        boolean created = false;
        try {
            created = WholeFiles.create(storage, paths.state(), page, KillPoint.STATE_WRITTEN::reached);
        } finally {
            if (!created) {
                context.budget().release(page.length);
            }
        }
        if (KillPoint.ENABLED) {
            KillPoint.STATE_NAMED.reached();
        }
    }

    /// Whether the state page was made by copying that of another shard. Its files may then be from different moments,
    /// and each from several.
    static boolean isCopied(Storage storage, ShardPaths paths, ShardState state) throws IOException {
        long recovered = state.fileId();
        long present = storage.fileId(paths.state());
        return recovered != 0 && present != 0 && recovered != present;
    }

    /// Creates a directory if absent; either way its name is durable afterwards. Its parent exists.
    public static void ensureDirectory(Storage storage, Path directory) throws IOException {
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
