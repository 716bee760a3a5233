package dev.cometlog;

import java.time.Duration;
import java.util.List;

/// How far a group is behind in a stream.
///
/// @param group the group's name
/// @param stream the stream's name
/// @param shards one for each shard, by number
public record Lag(String group, String stream, List<OfShard> shards) {
    public Lag {
        shards = List.copyOf(shards);
    }

    /// How far a group is behind in one shard.
    ///
    /// @param shard the shard's number
    /// @param ackedOffset everything below it is acknowledged, or not kept any more
    /// @param entries offsets that are not acknowledged
    /// @param bytes what they take in the log, to within a few KiB
    /// @param age how long ago the oldest of them was appended; zero if there is none
    public record OfShard(int shard, long ackedOffset, long entries, long bytes, Duration age) {}

    /// What a group did with what it was delivered.
    ///
    /// @param acked entries that were acknowledged
    /// @param skipped entries given up and skipped
    /// @param deadLettered entries given up and appended to the dead letters
    /// @param gaps offsets that could not be delivered
    public record Counts(long acked, long skipped, long deadLettered, long gaps) {}

    /// Over all shards.
    public long entries() {
        return shards.stream().mapToLong(OfShard::entries).sum();
    }

    /// Over all shards.
    public long bytes() {
        return shards.stream().mapToLong(OfShard::bytes).sum();
    }

    /// Of the shard that is furthest behind.
    public Duration age() {
        return shards.stream().map(OfShard::age).max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
