package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.storage.Durations;
import dev.cometlog.internal.storage.TimeSource;
import java.util.concurrent.locks.LockSupport;

/// How long one who needs room waits for groups to read on, as the stream's overflow policy says.
final class SpaceWait {
    private static final long POLL_NANOS = 10_000_000;

    private final TimeSource time;
    private final boolean waits;
    private final long started;
    private final long timeoutNanos;

    SpaceWait(StreamSettings settings, TimeSource time, boolean mayWait) {
        this.time = time;
        this.waits = mayWait && settings.overflow() == Overflow.BLOCK;
        this.started = time.nanoTime();
        this.timeoutNanos = Durations.nanos(settings.blockTimeout());
    }

    /// Waits a moment; false if it is time to give up.
    ///
    /// @throws CometException.Interrupted if the thread is
    boolean again() {
        if (!waits || time.nanoTime() - started >= timeoutNanos) {
            return false;
        }
        pause();
        return true;
    }

    /// Waits a moment.
    ///
    /// @throws CometException.Interrupted if the thread is
    static void pause() {
        LockSupport.parkNanos(POLL_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw new CometException.Interrupted("waiting for room", null);
        }
    }
}
