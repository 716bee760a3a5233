package dev.cometlog.internal.consumer;

import dev.cometlog.ProcessOptions;
import dev.cometlog.internal.format.StreamName;
import java.util.List;
import java.util.stream.IntStream;

/// Decides which shards a consumer wants. Pure.
///
/// @param patterns names of streams or shards, or beginnings of full shard names with a `*` behind; none is all
/// @param shards numbers; none is all
/// @param assignmentTotal 0 if there is no fixed assignment
record Subscription(List<String> patterns, List<Integer> shards, int assignmentId, int assignmentTotal) {
    private static final String ANY = "*";

    static Subscription of(ProcessOptions options) {
        return new Subscription(options.streams(), options.shards(), options.assignmentId(), options.assignmentTotal());
    }

    static Subscription toStream(String name) {
        return new Subscription(List.of(name), List.of(), 0, 0);
    }

    /// Whether the shards are wanted whatever other members do.
    boolean isFixed() {
        return assignmentTotal > 0;
    }

    /// Whether a stream is asked for by name, not merely as one of all that match.
    boolean names(String stream) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.equals(stream) || pattern.startsWith(stream + StreamName.SHARD_SEPARATOR));
    }

    /// The shards of a stream that are wanted, ascending.
    int[] shardsOf(String stream, int shardCount) {
        return IntStream.range(0, shardCount)
                .filter(shard -> shards.isEmpty() || shards.contains(shard))
                .filter(shard -> assignmentTotal == 0 || shard % assignmentTotal == assignmentId)
                .filter(shard -> patterns.isEmpty() || matches(stream, shard))
                .toArray();
    }

    private boolean matches(String stream, int shard) {
        String full = StreamName.ofShard(stream, shard);
        for (String pattern : patterns) {
            boolean prefix = pattern.endsWith(ANY);
            if (prefix ? full.startsWith(pattern.substring(0, pattern.length() - 1)) : isNamed(pattern, stream, full)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String pattern, String stream, String full) {
        return pattern.equals(stream) || pattern.equals(full);
    }
}
