package dev.cometlog.internal.storage;

import java.time.Duration;

/// Durations as numbers of nanoseconds, where "for ever" is a number too.
public final class Durations {
    /// A century and a half: as good as for ever, and no overflow when it is added to a time.
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);

    private Durations() {}

    /// The nanoseconds of a duration, at most those of about 146 years.
    public static long nanos(Duration duration) {
        if (duration.isNegative()) {
            return -nanos(duration.compareTo(LONGEST.negated()) < 0 ? LONGEST : duration.negated());
        }
        return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : LONGEST_NANOS;
    }

    /// Its microseconds, likewise.
    public static long micros(Duration duration) {
        return nanos(duration) / 1000;
    }
}
