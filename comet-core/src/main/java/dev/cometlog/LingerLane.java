package dev.cometlog;

import dev.cometlog.internal.log.ThreadTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The entries of one shard that wait for each other. Thread-safe.
///
/// Two turns: who publishes has `publishing` from taking the batch to its end offset, so that batches keep their
/// order; `gate` is had for moments, so that others can add meanwhile. Taken in this order.
///
/// A `StackOverflowError` may throw a thread out anywhere in here. Then others take its turn over, and its batch is
/// among the unfinished ones: the next to publish, the timer at the latest, appends it if that was not tried, and
/// completes its futures.
final class LingerLane {
    private static final Batch[] NONE = {};

    private final LingeringAppender appender;
    private final CometShard shard;
    private final ThreadTurn publishing;
    private final ThreadTurn gate;

    // With the gate.
    private Batch pending = new Batch();
    private boolean closed;

    /// Those that were taken to be published, oldest first, until all their futures are complete. With the gate.
    private final List<Batch> unfinished = new ArrayList<>();

    // Read by the timer without the gate.
    private volatile boolean waiting;
    private volatile long deadline;

    private static final class Waiting {
        private final byte[] payload;
        private final CompletableFuture<EntryId> future = new CompletableFuture<>();

        Waiting(byte[] payload) {
            this.payload = payload;
        }
    }

    private static final class Batch {
        private final List<Waiting> entries = new ArrayList<>();
        private long bytes;

        /// Whether a thread is at it. Taken by who publishes; given back without a call, which could overflow again.
        private volatile boolean taken;

        // By who has it.
        private boolean tried;
        private long firstOffset;
        private @Nullable Throwable failure;

        /// Appends what was collected, once. An interrupt of the thread that happens to do it is none of the business
        /// of those whose entries these are, so it is kept for later.
        void append(CometShard shard) {
            if (tried) {
                return;
            }
            boolean interrupted = Thread.interrupted();
            tried = true;
            try {
                List<byte[]> payloads = payloads();
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

        private List<byte[]> payloads() {
            List<byte[]> payloads = new ArrayList<>(entries.size());
            for (Waiting entry : entries) {
                payloads.add(entry.payload);
            }
            return payloads;
        }

        /// May be done again from the beginning: what is complete stays as it is.
        void complete(CometShard shard) {
            for (int i = 0; i < entries.size(); i++) {
                CompletableFuture<EntryId> future = entries.get(i).future;
                if (failure == null) {
                    future.complete(new EntryId(shard.streamName(), shard.number(), firstOffset + i));
                } else {
                    future.completeExceptionally(failure);
                }
            }
        }
    }

    LingerLane(LingeringAppender appender, CometShard shard) {
        this.appender = appender;
        this.shard = shard;
        this.publishing = appender.newTurn();
        this.gate = appender.newTurn();
    }

    /// Whether anything waits, which has to be published at [#deadline()].
    boolean isWaiting() {
        return waiting;
    }

    long deadline() {
        return deadline;
    }

    CompletableFuture<EntryId> add(byte[] payload) {
        Waiting entry = new Waiting(payload);
        while (true) {
            Added added = tryAdd(entry);
            if (added == Added.FIRST) {
                appender.begun();
            } else if (added == Added.FULL || added == Added.NO_ROOM) {
                publish();
            }
            if (added != Added.NO_ROOM) {
                return entry.future;
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

    private Added tryAdd(Waiting entry) {
        gate.takeWhateverComes();
        try {
            if (closed) {
                throw new CometException.Closed("the lingering appender of " + shard.name());
            }
            Batch batch = pending;
            int entries = batch.entries.size();
            int length = entry.payload.length;
            int maxBytes = appender.maxBytes();
            if (entries >= appender.maxEntries() || (entries > 0 && batch.bytes + length > maxBytes)) {
                return Added.NO_ROOM;
            }
            batch.entries.add(entry);
            batch.bytes += length;
            if (entries == 0) {
                deadline = appender.deadline();
                waiting = true;
            }
            if (entries + 1 == appender.maxEntries() || batch.bytes >= maxBytes) {
                return Added.FULL;
            }
            return entries > 0 ? Added.ANOTHER : Added.FIRST;
        } finally {
            gate.end();
        }
    }

    /// Publishes what waits, and returns once everything that was added before is published or has failed.
    void publish() {
        Batch[] mine = NONE;
        int finished = 0;
        try {
            publishing.takeWhateverComes();
            try {
                mine = take();
                for (Batch batch : mine) {
                    batch.taken = true;
                }
                for (Batch batch : mine) {
                    batch.append(shard);
                    appender.published(shard.number());
                }
            } finally {
                publishing.end();
            }
            // Outside the turns: what depends on the futures may do anything.
            for (; finished < mine.length; finished++) {
                mine[finished].complete(shard);
                forget(mine[finished]);
            }
        } finally {
            for (int left = finished; left < mine.length; left++) {
                mine[left].taken = false;
                // For the timer to come.
                waiting = true;
            }
        }
    }

    /// The batches that nobody is at, oldest first: what was collected, and what others were thrown out of.
    private Batch[] take() {
        gate.takeWhateverComes();
        try {
            if (!pending.entries.isEmpty()) {
                Batch next = new Batch();
                unfinished.add(pending);
                pending = next;
            }
            // Before looking: who is thrown out gives its batches back first, and then says that something waits.
            waiting = false;
            List<Batch> free = new ArrayList<>(unfinished.size());
            for (Batch batch : unfinished) {
                if (!batch.taken) {
                    free.add(batch);
                }
            }
            return free.toArray(NONE);
        } finally {
            gate.end();
        }
    }

    private void forget(Batch batch) {
        gate.takeWhateverComes();
        try {
            unfinished.remove(batch);
        } finally {
            gate.end();
        }
    }

    void close() {
        gate.takeWhateverComes();
        try {
            closed = true;
        } finally {
            gate.end();
        }
        publish();
    }
}
