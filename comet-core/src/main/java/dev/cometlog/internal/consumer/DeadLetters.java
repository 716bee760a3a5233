package dev.cometlog.internal.consumer;

import dev.cometlog.EntryId;
import dev.cometlog.internal.format.DeadLetterDescriptor;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;

/// Appends entries that could not be handled to a stream of their own. Thread-safe.
final class DeadLetters {
    private final LogStream target;

    /// Finds the stream, or makes it, and marks it as what it is.
    DeadLetters(Log log, String stream) {
        this.target = log.findOrCreateDeadLetters(stream);
    }

    /// Appends the only entry of a batch to the shard of the same number, as far as there are so many.
    void append(Batch batch, int attempts, Throwable error) {
        EntryId origin = new EntryId(batch.stream(), batch.shard(), batch.firstOffset());
        byte[] letter = DeadLetterDescriptor.encode(origin, batch.timestampMicros(0), attempts, error, batch.bytes(0));
        long _ = target.shard(batch.shard() % target.shardCount()).append(letter, 0, letter.length);
    }
}
