package dev.cometlog.cli;

import java.util.Arrays;

/// Remembers the length and checksum of every entry that a reader was given, by shard and offset.
///
/// Written by one thread; others may look at it once that thread has ended.
final class DemoLedger {
    private final Shard[] shards;

    private static final class Shard {
        private long[] seen = new long[1 << 12];
        private int count;
    }

    DemoLedger(int shards) {
        this.shards = new Shard[shards];
        Arrays.setAll(this.shards, shard -> new Shard());
    }

    /// The offset that must come next in a shard.
    long next(int shard) {
        return shards[shard].count;
    }

    void add(int shard, long offset, int length, int crc) {
        Shard entries = shards[shard];
        if (offset != entries.count) {
            throw new CommandFailure(
                    "shard " + shard + " delivered offset " + offset + " where " + entries.count + " was due");
        }
        if (entries.count == entries.seen.length) {
            entries.seen = Arrays.copyOf(entries.seen, entries.count * 2);
        }
        entries.seen[entries.count++] = fingerprint(length, crc);
    }

    /// Whether the entry was read, with exactly that length and checksum.
    boolean holds(int shard, long offset, int length, int crc) {
        Shard entries = shards[shard];
        return offset >= 0 && offset < entries.count && entries.seen[(int) offset] == fingerprint(length, crc);
    }

    long count() {
        return Arrays.stream(shards).mapToLong(entries -> entries.count).sum();
    }

    private static long fingerprint(int length, int crc) {
        return (long) length << 32 | (crc & 0xffff_ffffL);
    }
}
