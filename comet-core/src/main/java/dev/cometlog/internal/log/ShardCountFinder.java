package dev.cometlog.internal.log;

import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// Learns from the segment headers of a stream how many shards it has, when its properties are lost.
record ShardCountFinder(Storage storage, Path stream) {

    /// The number that the first intact header tells, or empty if there is none.
    OptionalInt find() throws IOException {
        for (String shard : storage.list(stream)) {
            Path directory = stream.resolve(shard);
            if (!shard.matches("[0-9]{4,}") || storage.kind(directory) != Storage.FileKind.DIRECTORY) {
                continue;
            }
            for (String file : storage.list(directory)) {
                Optional<SegmentHeader> header =
                        ShardPaths.segmentBase(file).isPresent() ? read(directory.resolve(file)) : Optional.empty();
                if (header.isPresent()) {
                    return OptionalInt.of(header.get().shardCount());
                }
            }
        }
        return OptionalInt.empty();
    }

    private Optional<SegmentHeader> read(Path path) throws IOException {
        if (storage.kind(path) != Storage.FileKind.REGULAR) {
            return Optional.empty();
        }
        try (StorageFile file = storage.open(path, Storage.Access.READ)) {
            byte[] bytes = new byte[SegmentHeader.LENGTH];
            return file.read(0, bytes, 0, bytes.length) < bytes.length ? Optional.empty() : SegmentHeader.decode(bytes);
        }
    }
}
