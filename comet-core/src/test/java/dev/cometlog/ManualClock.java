package dev.cometlog;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves when a test says so.
public final class ManualClock implements TimeSource {
    private static final long START_MICROS = 1_800_000_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();

    public void advance(Duration by) {
        long _ = nanos.addAndGet(by.toNanos());
    }

    @Override
    public long epochMicros() {
        return START_MICROS + nanos.get() / 1000;
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }
}
