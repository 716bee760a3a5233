package dev.cometlog.internal.consumer;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits for entries: the longer nothing came, the longer it sleeps between two looks.
///
/// A quarter of the time that it has been idle, so that what comes is seen late by a quarter of the pause before
/// it: a busy shard is picked up within tens of microseconds, and an idle one costs next to nothing. Used by one
/// thread.
final class IdleWait {
    private static final long SHORTEST_NANOS = 20_000;
    private static final int IDLE_PARTS = 4;

    private final TimeSource time;
    private final long longestNanos;
    private long busyNanos;

    IdleWait(TimeSource time, Duration longest) {
        this.time = time;
        this.longestNanos = longest.toNanos();
        this.busyNanos = time.nanoTime();
    }

    /// Something came.
    void busy() {
        busyNanos = time.nanoTime();
    }

    /// Nothing came: sleeps, until unparked or interrupted.
    void idle() {
        idle(longestNanos);
    }

    /// Sleeps no longer than that.
    void idle(long atMostNanos) {
        long idle = time.nanoTime() - busyNanos;
        long pause = Math.min(Math.max(idle / IDLE_PARTS, SHORTEST_NANOS), longestNanos);
        LockSupport.parkNanos(this, Math.min(pause, atMostNanos));
    }
}
