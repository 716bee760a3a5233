package dev.cometlog.internal.log;

import dev.cometlog.internal.format.StreamName;
import java.nio.file.Path;

/// A stream that exists on disk.
///
/// @param directory where its shards and groups are
public record StoredStream(String name, Path directory, StreamSettings settings) {

    ShardId shardId(int shard) {
        return ShardId.of(name, shard, settings.shards());
    }

    ShardPaths shardPaths(int shard) {
        return new ShardPaths(directory.resolve(StreamName.shardText(shard)));
    }
}
