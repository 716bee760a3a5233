package dev.cometlog.internal.consumer;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/// Threads that wait for something to do, and whoever wakes one of them.
///
/// Waking allocates nothing, and costs one volatile read while nobody waits: appends call it. Thread-safe.
final class Wakeup {
    static final int NO_SEAT = -1;

    /// Each a thread that waits and that nobody woke yet.
    private final AtomicReferenceArray<Thread> seats;

    /// How many seats are taken; between a change of a seat and of this number it may be off by one.
    private final AtomicInteger waiting = new AtomicInteger();

    Wakeup(int seats) {
        this.seats = new AtomicReferenceArray<>(seats);
    }

    /// Says that the calling thread is about to wait, and returns its seat, [#NO_SEAT] if all are taken.
    ///
    /// It must then look once more whether there is something to do: what came before may have woken nobody.
    int enter() {
        for (int seat = 0; seat < seats.length(); seat++) {
            if (seats.get(seat) == null && seats.compareAndSet(seat, null, Thread.currentThread())) {
                int _ = waiting.incrementAndGet();
                // The look at the end offset that follows must not be done before others can see us wait.
                VarHandle.fullFence();
                return seat;
            }
        }
        return NO_SEAT;
    }

    void leave(int seat) {
        if (seats.compareAndSet(seat, Thread.currentThread(), null)) {
            int _ = waiting.decrementAndGet();
        }
    }

    /// Wakes one thread that waits, if any does.
    void wakeOne() {
        if (waiting.get() == 0) {
            return;
        }
        for (int seat = 0; seat < seats.length(); seat++) {
            Thread thread = seats.get(seat);
            if (thread != null && seats.compareAndSet(seat, thread, null)) {
                int _ = waiting.decrementAndGet();
                LockSupport.unpark(thread);
                return;
            }
        }
    }
}
