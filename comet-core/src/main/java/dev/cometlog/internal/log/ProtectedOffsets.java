package dev.cometlog.internal.log;

import java.io.IOException;
import java.util.List;

/// How far the groups have come: what retention needs to know of them.
@FunctionalInterface
public interface ProtectedOffsets {
    /// Every group of the shard's stream, of all processes. No group means that nothing is protected.
    List<GroupAck> groups(ShardId shard, ShardPaths paths) throws IOException;

    /// Of a log without groups.
    static ProtectedOffsets none() {
        return (shard, paths) -> List.of();
    }
}
