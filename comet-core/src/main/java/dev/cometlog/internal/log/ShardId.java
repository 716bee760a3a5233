package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.StreamName;

/// Which shard: the identity that segments and state page carry.
public record ShardId(String stream, int shard, int shardCount, long streamHash) {
    public static ShardId of(String stream, int shard, int shardCount) {
        return new ShardId(stream, shard, shardCount, Hashes.fnv1a64(stream));
    }

    /// `events:v1:shard:0007`.
    @Override
    public String toString() {
        return StreamName.ofShard(stream, shard);
    }
}
