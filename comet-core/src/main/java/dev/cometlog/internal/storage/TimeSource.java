package dev.cometlog.internal.storage;

import java.time.Instant;

/// The one seam for time.
public interface TimeSource {
    /// Microseconds since 1970 by the wall clock; may step in either direction.
    long epochMicros();

    /// Nanoseconds of a clock that never steps; only differences mean something.
    long nanoTime();

    /// The machine's clocks.
    TimeSource SYSTEM = new TimeSource() {
        @Override
        public long epochMicros() {
            Instant now = Instant.now();
            return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    };
}
