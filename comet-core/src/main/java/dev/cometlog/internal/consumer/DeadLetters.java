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

    /// Appends the last entry of a batch to the shard of the same number, as far as there are so many. Those before
    /// it, if any, were acknowledged by the handler itself.
    void appendLast(Batch batch, int attempts, Throwable error) {
        int last = batch.size() - 1;
        EntryId origin = new EntryId(batch.stream(), batch.shard(), batch.firstOffset() + last);
        byte[] letter =
                DeadLetterDescriptor.encode(origin, batch.timestampMicros(last), attempts, error, batch.bytes(last));
        long _ = target.shard(batch.shard() % target.shardCount()).append(letter, 0, letter.length);
    }
}
