package dev.cometlog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The entries of one shard that wait for each other. Thread-safe.
///
/// Two locks: who publishes holds `publishing` from taking the batch to its end offset, so that batches keep their
/// order; `gate` is held for moments, so that others can add meanwhile. Taken in this order.
final class LingerLane {
    private final LingeringAppender appender;
    private final CometShard shard;
    private final ReentrantLock publishing = new ReentrantLock();
    private final ReentrantLock gate = new ReentrantLock();

    // Guarded by gate.
    private Batch pending = new Batch();
    private boolean closed;

    // Read by the timer without the gate.
    private volatile boolean waiting;
    private volatile long deadline;

    private static final class Batch {
        private final List<byte[]> payloads = new ArrayList<>();
        private final List<CompletableFuture<EntryId>> futures = new ArrayList<>();
        private long bytes;

        private long firstOffset;
        private @Nullable Throwable failure;

        /// Appends what was collected. An interrupt of the thread that happens to do it is none of the business of
        /// those whose entries these are, so it is kept for later.
        void append(CometShard shard) {
            boolean interrupted = Thread.interrupted();
            try {
                while (true) {
                    try {
                        firstOffset = payloads.size() == 1 ? shard.append(payloads.getFirst()) : shard.append(payloads);
                        return;
                    } catch (CometException.Interrupted e) {
                        // It changed nothing.
                        interrupted |= Thread.interrupted();
                    }
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void complete(CometShard shard) {
            for (int i = 0; i < futures.size(); i++) {
                if (failure == null) {
                    futures.get(i).complete(new EntryId(shard.streamName(), shard.number(), firstOffset + i));
                } else {
                    futures.get(i).completeExceptionally(failure);
                }
            }
        }
    }

    LingerLane(LingeringAppender appender, CometShard shard) {
        this.appender = appender;
        this.shard = shard;
    }

    /// Whether anything waits, which has to be published at [#deadline()].
    boolean isWaiting() {
        return waiting;
    }

    long deadline() {
        return deadline;
    }

    CompletableFuture<EntryId> add(byte[] payload) {
        CompletableFuture<EntryId> future = new CompletableFuture<>();
        while (true) {
            Added added = tryAdd(payload, future);
            if (added == Added.FIRST) {
                appender.begun();
            } else if (added == Added.FULL || added == Added.NO_ROOM) {
                publish();
            }
            if (added != Added.NO_ROOM) {
                return future;
            }
        }
    }

    private enum Added {
        FIRST,
        ANOTHER,
        /// The last one that the batch has room for.
        FULL,
        NO_ROOM
    }

    private Added tryAdd(byte[] payload, CompletableFuture<EntryId> future) {
        gate.lock();
        try {
            if (closed) {
                throw new CometException.Closed("the lingering appender of " + shard.name());
            }
            Batch batch = pending;
            int entries = batch.payloads.size();
            int maxBytes = appender.maxBytes();
            if (entries >= appender.maxEntries() || (entries > 0 && batch.bytes + payload.length > maxBytes)) {
                return Added.NO_ROOM;
            }
            batch.payloads.add(payload);
            batch.futures.add(future);
            batch.bytes += payload.length;
            if (entries + 1 == appender.maxEntries() || batch.bytes >= maxBytes) {
                return Added.FULL;
            }
            if (entries > 0) {
                return Added.ANOTHER;
            }
            deadline = appender.deadline();
            waiting = true;
            return Added.FIRST;
        } finally {
            gate.unlock();
        }
    }

    /// Publishes what waits, and returns once everything that was added before is published or has failed.
    void publish() {
        Batch batch;
        publishing.lock();
        try {
            batch = take();
            if (!batch.payloads.isEmpty()) {
                batch.append(shard);
                appender.published(shard.number());
            }
        } finally {
            publishing.unlock();
        }
        // Outside the locks: what depends on the futures may do anything.
        batch.complete(shard);
    }

    private Batch take() {
        gate.lock();
        try {
            Batch batch = pending;
            pending = new Batch();
            waiting = false;
            return batch;
        } finally {
            gate.unlock();
        }
    }

    void close() {
        gate.lock();
        try {
            closed = true;
        } finally {
            gate.unlock();
        }
        publish();
    }
}
