package dev.cometlog.internal.storage;

import java.time.Instant;

/// The machine's clocks.
///
/// Asking for the wall clock with microseconds costs half as much again as asking for the monotonic one, and an
/// append does one of them. So the wall clock is asked every few milliseconds, and between that the monotonic one
/// carries it on: a step of the wall clock shows that much later. Thread-safe.
class SystemTime implements TimeSource {
    /// How long the monotonic clock is believed. At the most that adjusting a clock makes them differ, 500 ppm, they
    /// are 5 µs apart by then.
    private static final long BELIEVED_NANOS = 10_000_000;

    /// Clocks that took longer than this to ask may have been interrupted between the one and the other.
    private static final long ASKED_WITHIN_NANOS = 2_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    /// By how much the wall clock is ahead of the monotonic one. Written before [#comparedNanos].
    private volatile long aheadNanos;

    /// When they were compared, by the monotonic clock. Who reads this first finds what is ahead as new as that.
    private volatile long comparedNanos = nanoTime() - BELIEVED_NANOS;

    @Override
    public long epochMicros() {
        long now = nanoTime();
        if (now - comparedNanos >= BELIEVED_NANOS) {
            return compare(now) / NANOS_PER_MICRO;
        }
        return (now + aheadNanos) / NANOS_PER_MICRO;
    }

    private long compare(long before) {
        Instant wall = wall();
        long after = nanoTime();
        long wallNanos = wall.getEpochSecond() * NANOS_PER_SECOND + wall.getNano();
        if (after - before <= ASKED_WITHIN_NANOS) {
            aheadNanos = wallNanos - (before + (after - before) / 2);
            comparedNanos = before;
        }
        return wallNanos;
    }

    Instant wall() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
