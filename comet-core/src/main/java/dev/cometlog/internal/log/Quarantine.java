package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;

/// Where segment files go that the shard cannot use and nobody should lose. Nothing there is ever replaced or read.
final class Quarantine {
    private final Storage storage;
    private final Path directory;

    Quarantine(Storage storage, ShardPaths paths) {
        this.storage = storage;
        this.directory = paths.quarantine();
    }

    /// Moves a file there and returns its new place.
    Path move(Path file) throws IOException {
        Path target = freePlace(file);
        storage.rename(file, target);
        return target;
    }

    /// Whether a file of that name came there before.
    boolean holds(Path file) throws IOException {
        return storage.kind(directory.resolve(file.getFileName())) != Storage.FileKind.ABSENT;
    }

    /// Gives a file a second name there, for when its own is taken over by another.
    Path keep(Path file) throws IOException {
        Path target = freePlace(file);
        storage.link(file, target);
        return target;
    }

    /// Makes the names there durable.
    void force() throws IOException {
        storage.forceDirectory(directory);
    }

    private Path freePlace(Path file) throws IOException {
        if (storage.kind(directory) == Storage.FileKind.ABSENT) {
            storage.createDirectory(directory);
        }
        String name = String.valueOf(file.getFileName());
        Path free = directory.resolve(name);
        for (int i = 1; storage.kind(free) != Storage.FileKind.ABSENT; i++) {
            free = directory.resolve(name + "." + i);
        }
        return free;
    }
}
