package dev.cometlog;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// A clock that moves when a test says so.
public final class ManualClock implements TimeSource {
    private static final long START_MICROS = 1_800_000_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final LongAdder reads = new LongAdder();

    public void advance(Duration by) {
        long _ = nanos.addAndGet(by.toNanos());
    }

    /// How often it was looked at.
    public long reads() {
        return reads.sum();
    }

    @Override
    public long epochMicros() {
        reads.increment();
        return START_MICROS + nanos.get() / 1000;
    }

    @Override
    public long nanoTime() {
        reads.increment();
        return nanos.get();
    }
}
