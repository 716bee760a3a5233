package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.log.LogStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A named set of shards. Thread-safe; get it from [Comet#stream(String, int)].
public final class CometStream {
    static final Duration LONGEST_LINGER = Duration.ofSeconds(60);

    private final Comet comet;
    private final LogStream stream;
    private final CometShard[] shards;

    /// Where the next append without a key goes.
    private final AtomicInteger turn = new AtomicInteger();

    CometStream(Comet comet, LogStream stream) {
        this.comet = comet;
        this.stream = stream;
        this.shards = new CometShard[stream.shardCount()];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = new CometShard(comet, stream, i);
        }
    }

    public String name() {
        return stream.name();
    }

    public int shardCount() {
        return shards.length;
    }

    /// Appends an entry to the shard that `key` picks, the same in every process. The key is not stored.
    ///
    /// On return the entry is in the page cache: it survives this process, not the machine.
    /// [Comet#sync()] makes it survive both.
    public EntryId append(String key, byte[] payload) {
        return append(shards[shardOf(key, shards.length)], payload);
    }

    /// Appends an entry to any shard.
    public EntryId append(byte[] payload) {
        return append(nextShard(), payload);
    }

    private EntryId append(CometShard shard, byte[] payload) {
        return new EntryId(name(), shard.number(), shard.append(payload));
    }

    /// Appends entries as one batch, which readers see all at once or not at all, to the shard that `key` picks.
    ///
    /// @return their ids, in order; a list that makes each when asked for it
    public List<EntryId> append(String key, List<byte[]> payloads) {
        return append(shards[shardOf(key, shards.length)], payloads);
    }

    /// Appends entries as one batch to any shard.
    List<EntryId> append(List<byte[]> payloads) {
        return append(nextShard(), payloads);
    }

    static List<EntryId> append(CometShard shard, List<byte[]> payloads) {
        return new EntryIds(shard.streamName(), shard.number(), shard.append(payloads), payloads.size());
    }

    /// An appender that lets lone entries wait for each other, so that they are compressed and written together.
    /// Worth it for streams with a codec to which many small entries come one by one. Close it when done.
    ///
    /// @param maxEntries a batch that has so many is published at once
    /// @param maxDelay how long an entry waits at most for others, up to 60 s
    public LingeringAppender lingering(int maxEntries, Duration maxDelay) {
        return comet.lingering(this, stream::settings, maxEntries, requireNonNull(maxDelay, "maxDelay"));
    }

    private CometShard nextShard() {
        return shards[Integer.remainderUnsigned(turn.getAndIncrement(), shards.length)];
    }

    /// The shard of that number, from 0.
    public CometShard shard(int number) {
        checkShard(name(), shards.length, number);
        return shards[number];
    }

    static void checkShard(String stream, int shardCount, int number) {
        if (number < 0 || number >= shardCount) {
            throw new IllegalArgumentException("shard must be between 0 and " + (shardCount - 1) + ", as stream \""
                    + stream + "\" has " + shardCount + ": shard=" + number);
        }
    }

    /// The shards that process `processId` of `processCount` should append to, so that prefork servers keep out
    /// of each other's way: a choice, never a restriction.
    public List<CometShard> ownedShards(int processId, int processCount) {
        if (processCount < 1 || processId < 0 || processId >= processCount) {
            throw new IllegalArgumentException("0 <= processId < processCount must hold: processId=" + processId
                    + ", processCount=" + processCount);
        }
        List<CometShard> owned = new ArrayList<>();
        for (int i = processId; i < shards.length; i += processCount) {
            owned.add(shards[i]);
        }
        return List.copyOf(owned);
    }

    static int shardOf(String key, int shardCount) {
        return Integer.remainderUnsigned(Hashes.fnv1a32(requireNonNull(key, "key")), shardCount);
    }

    @Override
    public String toString() {
        return name();
    }
}
