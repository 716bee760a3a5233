package dev.cometlog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// A place in a shard. What lies before the oldest kept entry means that entry, what lies behind the end means the
/// end, so that lag is never negative.
public sealed interface Seek {

    /// The oldest entry that is kept.
    static Seek earliest() {
        return new Earliest();
    }

    /// The end: only entries that are appended from now on.
    static Seek latest() {
        return new Latest();
    }

    /// The entry of that offset.
    static Seek offset(long offset) {
        return new Offset(offset);
    }

    /// The first entry that was appended at that time or later.
    static Seek timestamp(Instant time) {
        return new Timestamp(time);
    }

    record Earliest() implements Seek {}

    record Latest() implements Seek {}

    record Offset(long offset) implements Seek {
        public Offset {
            if (offset < 0) {
                throw new IllegalArgumentException("offset must not be negative: offset=" + offset);
            }
        }
    }

    record Timestamp(Instant time) implements Seek {
        public Timestamp {
            requireNonNull(time, "time");
        }
    }
}
