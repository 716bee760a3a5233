package dev.cometlog.internal.consumer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Decides, for one shard, what is tried again, when, and in deliveries of which size. Pure but for the jitter.
///
/// A delivery that fails is tried again whole, after a wait that doubles. When the retries are used up, it is
/// bisected without further waits: the half that fails is halved again, until the entry that fails is alone.
final class Retries {
    private static final long LONGEST_GROWN_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long NOWHERE = -1;

    private final int maxRetries;
    private final long delayNanos;
    private final long longestNanos;
    private final RandomGenerator random;

    /// Calls in a row that failed with the entry at `failedFrom`.
    private int attempts;

    /// Times in a row that nothing could be tried at all.
    private int postponements;

    /// The delivery that failed: the first offset, and the one behind the last.
    private long failedFrom = NOWHERE;

    private long failedEnd = NOWHERE;
    private boolean bisecting;
    private boolean waiting;
    private long dueNanos;

    /// What to do after a failure.
    enum Next {
        /// Deliver again what [Retries#limit(long, int)] says, when [Retries#isDue(long)] is true.
        RETRY,
        /// The one entry of the delivery was tried often enough.
        GIVE_UP
    }

    Retries(int maxRetries, Duration delay, RandomGenerator random) {
        this.maxRetries = maxRetries;
        this.delayNanos = delay.toNanos();
        this.longestNanos = Math.max(delayNanos, LONGEST_GROWN_NANOS);
        this.random = random;
    }

    /// Whether nothing has to be waited for any more.
    boolean isDue(long nanoTime) {
        return !waiting || nanoTime - dueNanos >= 0;
    }

    /// Whether there is something that is not to be done before [#dueNanos()].
    boolean isWaiting() {
        return waiting;
    }

    /// Means something only while [#isWaiting()].
    long dueNanos() {
        return dueNanos;
    }

    /// Calls with the present entry that failed so far.
    int attempts() {
        return attempts;
    }

    /// How many entries from offset `from` on are delivered next, at most.
    int limit(long from, int batchSize) {
        if (failedFrom == NOWHERE || from >= failedEnd) {
            return batchSize;
        }
        long left = failedEnd - from;
        return Math.clamp(bisecting ? Math.max(1, left / 2) : left, 1, batchSize);
    }

    /// A delivery up to, not including, `end` was handled.
    void succeeded(long end) {
        waiting = false;
        postponements = 0;
        if (!bisecting || end >= failedEnd) {
            forget();
        }
    }

    /// A delivery failed.
    Next failed(long from, long end, long nanoTime) {
        attempts++;
        failedFrom = from;
        failedEnd = end;
        if (attempts <= maxRetries) {
            waitFrom(nanoTime);
            return Next.RETRY;
        }
        if (end - from > 1) {
            bisecting = true;
            waiting = false;
            return Next.RETRY;
        }
        return Next.GIVE_UP;
    }

    /// What was given up is dealt with; everything behind it starts anew.
    void gaveUp() {
        forget();
    }

    /// What was given up cannot be dealt with now, or nothing could be read: tried again later. No attempt of the
    /// handler is used up by it.
    ///
    /// @return how often in a row it came to that
    int postpone(long nanoTime) {
        postponements++;
        waitFrom(nanoTime);
        return postponements;
    }

    private void waitFrom(long nanoTime) {
        waiting = true;
        dueNanos = nanoTime + delay();
    }

    /// Between half of the exponential delay and all of it, so that consumers that failed together part.
    private long delay() {
        int doublings = Math.min(attempts + postponements - 1, 40);
        long delay = delayNanos > longestNanos >> doublings ? longestNanos : delayNanos << doublings;
        return delay - random.nextLong(delay / 2 + 1);
    }

    private void forget() {
        attempts = 0;
        postponements = 0;
        failedFrom = NOWHERE;
        failedEnd = NOWHERE;
        bisecting = false;
        waiting = false;
    }
}
