package dev.cometlog.soak;

import java.time.Duration;

/// The time that a harness has.
///
/// @param startedNanos by the machine's monotonic clock
public record Budget(long startedNanos, Duration time) {
    public static Budget of(Duration time) {
        return new Budget(System.nanoTime(), time);
    }

    /// For who stops by another measure.
    public static Budget unlimited() {
        return of(Duration.ofDays(365));
    }

    /// Whether another round may begin.
    public boolean isLeft() {
        return usedNanos() < time.toNanos();
    }

    /// What is left; negative when it is used up.
    public Duration left() {
        return time.minusNanos(usedNanos());
    }

    /// Seconds since it began.
    public double usedSeconds() {
        return usedNanos() / 1e9;
    }

    private long usedNanos() {
        return System.nanoTime() - startedNanos;
    }
}
