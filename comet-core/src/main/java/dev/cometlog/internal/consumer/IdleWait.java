package dev.cometlog.internal.consumer;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for entries: the longer nothing came, the longer it sleeps between two looks.
///
/// A quarter of the time that it has been idle, so that what another process appends is seen late by a quarter of
/// the pause before it: a busy shard is picked up within tens of microseconds, and an idle one costs next to
/// nothing. Appends of this process end a sleep at once. Used by one thread.
final class IdleWait {
    private static final long SHORTEST_NANOS = 20_000;
    private static final int IDLE_PARTS = 4;

    /// Shorter sleeps end by themselves: to be woken from them would cost each append of a busy stream a system call.
    private static final long WORTH_WAKING_NANOS = 50_000;

    private final TimeSource time;
    private final long longestNanos;
    private final Wakeup wakeup;
    private long busyNanos;

    IdleWait(TimeSource time, Duration longest, Wakeup wakeup) {
        this.time = time;
        this.longestNanos = longest.toNanos();
        this.wakeup = wakeup;
        this.busyNanos = time.nanoTime();
    }

    /// Something came.
    void busy() {
        busyNanos = time.nanoTime();
    }

    /// Nothing came: sleeps, until woken, unparked or interrupted, no longer than `atMostNanos`.
    ///
    /// @param somethingToDo asked once more before a sleep that others may have to end
    void idle(long atMostNanos, BooleanSupplier somethingToDo) {
        long idle = time.nanoTime() - busyNanos;
        long adaptive = Math.min(Math.max(idle / IDLE_PARTS, SHORTEST_NANOS), longestNanos);
        long pause = Math.min(adaptive, Math.max(atMostNanos, SHORTEST_NANOS));
        int seat = pause < WORTH_WAKING_NANOS ? Wakeup.NO_SEAT : wakeup.enter();
        if (seat == Wakeup.NO_SEAT) {
            LockSupport.parkNanos(this, pause);
            return;
        }
        try {
            if (!somethingToDo.getAsBoolean()) {
                LockSupport.parkNanos(this, pause);
            }
        } finally {
            wakeup.leave(seat);
        }
    }
}
