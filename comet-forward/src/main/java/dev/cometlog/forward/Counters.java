package dev.cometlog.forward;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Counts what senders do. Thread-safe.
final class Counters {
    final LongAdder sent = new LongAdder();
    final LongAdder sentBytes = new LongAdder();
    final LongAdder batches = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder givenUp = new LongAdder();
    final LongAdder skippedByAge = new LongAdder();
    final LongAdder missing = new LongAdder();
    final AtomicLong waiting = new AtomicLong();
    volatile String lastProblem = "";

    ForwarderStats stats() {
        return new ForwarderStats(
                sent.sum(),
                sentBytes.sum(),
                batches.sum(),
                retries.sum(),
                rejected.sum(),
                givenUp.sum(),
                skippedByAge.sum(),
                missing.sum(),
                waiting.get(),
                lastProblem);
    }
}
