package dev.cometlog.internal.storage;

/// The one seam for time.
public interface TimeSource {
    /// Microseconds since 1970 by the wall clock; may step in either direction.
    long epochMicros();

    /// Nanoseconds of a clock that never steps; only differences mean something.
    long nanoTime();

    /// The machine's clocks. A step of the wall clock shows up to ten milliseconds late.
    TimeSource SYSTEM = new SystemTime();
}
