package dev.cometlog;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// One payload with its id and timestamp.
///
/// Entries of a [Delivery] lend their bytes only until the handler returns, or the next poll: then [#bytes()] and
/// [#data()] throw `IllegalStateException`. Their ids and timestamps stay, and [#copy()] keeps everything.
public sealed interface Entry permits OwnedEntry, DeliveredEntry {
    EntryId id();

    /// When it was appended, in microseconds since 1970.
    long timestampMicros();

    /// When it was appended. Never decreases within a shard.
    default Instant timestamp() {
        return Instant.EPOCH.plus(timestampMicros(), ChronoUnit.MICROS);
    }

    /// A copy of the payload.
    byte[] bytes();

    /// The payload, read-only. Not to be used any longer than the entry.
    MemorySegment data();

    /// An entry that stays valid for good.
    Entry copy();
}
