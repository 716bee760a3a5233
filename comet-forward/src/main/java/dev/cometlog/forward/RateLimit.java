package dev.cometlog.forward;

import java.util.concurrent.TimeUnit;

/// Spreads bytes over time: each batch begins when those before it would have gone out at the given rate.
///
/// Thread-safe; it reads no clock.
final class RateLimit {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;

    /// When everything that was let through so far would have gone out. Guarded by this.
    private long freeNanos;

    private boolean used; // guarded by this

    /// @param bytesPerSecond 0 is no limit
    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /// Takes the next place in the queue and returns for how many nanoseconds to wait for it.
    synchronized long take(long bytes, long nanoTime) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long start = Math.max(0, untilFree(nanoTime));
        used = true;
        freeNanos = nanoTime + start + (long) ((double) bytes * NANOS / bytesPerSecond);
        return start;
    }

    /// Takes a place only if nobody is waiting and returns 0; otherwise how many nanoseconds to wait before asking
    /// again. Whoever asks so lets everybody pass who uses [#take(long, long)].
    synchronized long takeIfIdle(long bytes, long nanoTime) {
        long wait = bytesPerSecond == 0 ? 0 : untilFree(nanoTime);
        return wait > 0 ? wait : take(bytes, nanoTime);
    }

    private long untilFree(long nanoTime) {
        return used ? freeNanos - nanoTime : 0;
    }
}
