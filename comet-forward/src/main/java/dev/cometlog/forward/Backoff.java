package dev.cometlog.forward;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The waits of one batch that cannot be sent. Pure but for the jitter; used by one thread.
final class Backoff {
    private final RetrySettings settings;
    private final RandomGenerator random;
    private final long startedNanos;

    /// The next wait before jitter.
    private double nanos;

    /// @param nanoTime when the batch failed first
    Backoff(RetrySettings settings, RandomGenerator random, long nanoTime) {
        this.settings = settings;
        this.random = random;
        this.startedNanos = nanoTime;
        this.nanos = settings.initialInterval().toNanos();
    }

    /// The wait before the next attempt: what has come to be due, or what the destination asked for if that is
    /// more.
    Duration next(Duration asked) {
        double jitter = 1 + settings.randomizationFactor() * (2 * random.nextDouble() - 1);
        long wait = Math.max((long) (nanos * jitter), asked.toNanos());
        nanos = Math.min(
                nanos * settings.multiplier(), (double) settings.maxInterval().toNanos());
        return Duration.ofNanos(wait);
    }

    /// Whether a batch that waits so long from now on would be older than it may become.
    boolean isOver(long nanoTime, Duration wait) {
        Duration limit = settings.maxElapsedTime();
        return !limit.isZero() && nanoTime - startedNanos + wait.toNanos() > limit.toNanos();
    }

    /// Since when the batch has failed.
    Duration elapsed(long nanoTime) {
        return Duration.ofNanos(nanoTime - startedNanos);
    }
}
