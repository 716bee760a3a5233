package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Time that passes only when a test says so.
final class ManualTime implements TimeSource {
    private final AtomicLong epochMicros = new AtomicLong(1_700_000_000_000_000L);
    private final AtomicLong nanos = new AtomicLong();

    void advance(Duration duration) {
        epochMicros.addAndGet(duration.toNanos() / 1000);
        nanos.addAndGet(duration.toNanos());
    }

    /// Steps the wall clock alone, as NTP or an operator does.
    void stepWallClock(Duration duration) {
        epochMicros.addAndGet(duration.toNanos() / 1000);
    }

    @Override
    public long epochMicros() {
        return epochMicros.get();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }
}
