package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Makes a shard's entries durable and says so in a checkpoint. Never forces anything under the append lock.
///
/// One syncer per shard at a time, of all processes: the claim word is held from before the fdatasync until
/// checkpoint or poison is written. A claim left by a dead process may hide a write-back error that only it
/// was told of, so its successor writes the same bytes once more before it forces them.
final class ShardSync {
    /// Offsets are reserved in steps of this many, so that a power loss never lets one be handed out twice.
    static final long RESERVED_AHEAD = 1L << 30;

    private static final long WAIT_NANOS = 200_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final UnforcedSegments forcing;
    private final long self;

    /// One sync at a time in this process; those who wait often find their work done. Not reentrant.
    private final ThreadTurn turn;

    private boolean closed; // guarded by turn

    // Another process's sync that was waited for, and since when; guarded by turn.
    private long awaitedClaim;
    private long awaitedSequence;
    private long awaitedSinceNanos;

    private volatile long lastSyncNanos;

    ShardSync(ShardContext context, ShardStorage files, ShardLock lock) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.forcing = new UnforcedSegments(context, files, lock);
        this.self = context.incarnations().self();
        this.lastSyncNanos = context.time().nanoTime();
        this.turn = new ThreadTurn(context.time(), context.config().appendTimeout(), ShardSync.class);
    }

    /// Returns once everything below `target` survives power loss.
    ///
    /// @throws CometException.ShardBusy if another process has been at one and the same sync for longer than
    ///     `appendTimeout`
    void syncTo(long target) {
        if (state.poison() != 0 && state.durableOffset() < target) {
            // Before the turn, which a cure has for as long as it takes.
            throw poisoned();
        }
        try {
            // However long its holder is at it: it may have a slow device.
            turn.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CometException.Interrupted("syncing " + files.id(), e);
        }
        try {
            if (closed) {
                throw new CometException.Closed(files.id().toString());
            }
            while (state.durableOffset() < target) {
                if (state.poison() != 0) {
                    throw poisoned();
                }
                syncOnce();
            }
        } finally {
            turn.end();
        }
    }

    /// Writes a checkpoint at the end even if nothing is left to sync, so that it lies in no sealed segment
    /// which may go then.
    ///
    /// @throws CometException.ShardBusy like [#syncTo(long)]
    void refresh() {
        turn.takeWhateverComes();
        try {
            long active = state.activeBase();
            while (!closed && state.poison() == 0 && last().segmentBase() < active) {
                // Another process may be syncing: then this only waits for it.
                syncOnce();
            }
        } finally {
            turn.end();
        }
    }

    /// Runs `work` as the shard's only syncer of all processes; does nothing while another process is.
    ///
    /// @throws CometException.Closed if the shard is closed
    ///
    /// @param work whether it has written anew all that is not known to be on the disk
    void alone(BooleanSupplier work) {
        turn.takeWhateverComes();
        try {
            if (closed) {
                throw new CometException.Closed(files.id().toString());
            }
            long claim = state.syncClaim();
            if (isBeingDoneElsewhere() || !state.casSyncClaim(claim, self)) {
                return;
            }
            boolean settled = claim == 0;
            try {
                settled |= work.getAsBoolean();
            } finally {
                // The claim of a dead syncer stays where its bytes were not written anew.
                state.casSyncClaim(self, settled ? 0 : claim);
            }
        } finally {
            turn.end();
        }
    }

    /// When this process synced the shard last, or opened it.
    long lastSyncNanos() {
        return lastSyncNanos;
    }

    CometException poisoned() {
        return new CometException.Poisoned(
                files.id() + ": an fsync failed (seen by "
                        + context.incarnations().describe(state.poison())
                        + "); appends are refused until the data above offset " + state.durableOffset()
                        + " was written anew",
                null);
    }

    /// Syncs once, or waits a moment for the process that is doing it.
    private void syncOnce() {
        long claim = state.syncClaim();
        boolean abandoned =
                claim != 0 && (claim == self || !context.incarnations().isAlive(claim));
        if (claim != 0 && !abandoned) {
            await(claim);
            return;
        }
        if (!state.casSyncClaim(claim, self)) {
            return;
        }
        if (KillPoint.ENABLED) {
            KillPoint.SYNC_CLAIMED.reached();
        }
        boolean finished = false;
        // Whether what a dead syncer may have failed to force was written anew, or everybody is told of a failure.
        boolean settled = !abandoned;
        Events.Sync event = Events.areWanted() ? new Events.Sync() : null;
        if (event != null) {
            event.begin();
        }
        long durable = state.durableOffset();
        try {
            long started = context.time().nanoTime();
            UnforcedSegments.Capture capture = capture();
            forcing.run(last(), capture, abandoned);
            if (KillPoint.ENABLED) {
                KillPoint.SYNC_FORCED.reached();
            }
            checkpoint(capture);
            settled = true;
            long now = context.time().nanoTime();
            state.counters().add(ShardCounters.Counter.SYNCS, 1);
            state.counters().add(ShardCounters.Counter.SYNC_NANOS, now - started);
            state.counters().raise(ShardCounters.Counter.LONGEST_SYNC_NANOS, now - started);
            state.syncTimes().add(now - started);
            state.counters()
                    .set(ShardCounters.Counter.LAST_SYNC_MICROS, context.time().epochMicros());
            lastSyncNanos = now;
            finished = true;
        } catch (IOException e) {
            // Told to everybody before anybody can ask again: the kernel reports this error only once.
            state.casPoison(0, self);
            state.counters().add(ShardCounters.Counter.SYNC_FAILURES, 1);
            if (event != null) {
                event.failed = true;
            }
            settled = true;
            finished = true;
            throw new CometException.Poisoned(
                    files.id() + ": forcing entries to the disk failed: " + e.getMessage(), e);
        } catch (CometException e) {
            // No force failed.
            finished = true;
            throw e;
        } finally {
            if (event != null) {
                event.durableOffset = state.durableOffset();
                event.entries = event.durableOffset - durable;
                event.commit(files.id());
            }
            // Otherwise the claim stays, and the next sync writes the bytes anew.
            if (finished) {
                state.casSyncClaim(self, settled ? 0 : claim);
            }
        }
    }

    /// Waits a moment for the process that is syncing, unless it has not come to an end for too long: then it is
    /// stopped or its device hangs. Whoever finds it so next is told at once.
    private void await(long claim) {
        long now = context.time().nanoTime();
        long sequence = last().sequence();
        if (claim != awaitedClaim || sequence != awaitedSequence) {
            awaitedClaim = claim;
            awaitedSequence = sequence;
            awaitedSinceNanos = now;
        } else if (now - awaitedSinceNanos > context.config().appendTimeout().toNanos()) {
            throw new CometException.ShardBusy(files.id() + ": a sync has not ended for more than "
                    + context.config().appendTimeout().toMillis() + " ms; it is being done by "
                    + context.incarnations().describe(claim));
        }
        LockSupport.parkNanos(WAIT_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw new CometException.Interrupted("syncing " + files.id(), null);
        }
    }

    /// Whether another process is syncing the shard now.
    boolean isBeingDoneElsewhere() {
        long claim = state.syncClaim();
        return claim != 0 && claim != self && context.incarnations().isAlive(claim);
    }

    /// A consistent picture, taken under the lock.
    private UnforcedSegments.Capture capture() {
        UnforcedSegments.Capture[] captured = new UnforcedSegments.Capture[1];
        lock.holding(() -> captured[0] = new UnforcedSegments.Capture(
                state.endOffset(), state.writePosition(), state.activeBase(), state.generation()));
        return captured[0];
    }

    private Checkpoint last() {
        return state.checkpoint().orElse(Checkpoint.FIRST);
    }

    private void checkpoint(UnforcedSegments.Capture capture) {
        lock.holding(() -> {
            Checkpoint last = last();
            state.checkpoint(new Checkpoint(
                    last.sequence() + 1,
                    capture.end(),
                    capture.position(),
                    capture.segmentBase(),
                    Math.max(last.reservedEnd(), capture.end()),
                    capture.generation()));
            if (KillPoint.ENABLED) {
                KillPoint.CHECKPOINT_WRITTEN.reached();
            }
            state.durableOffset(Math.max(capture.end(), state.durableOffset()));
        });
    }

    /// Reserves offsets for at least `count` more entries, durably.
    void reserveOffsets(int count) {
        turn.takeWhateverComes();
        try {
            long wanted = Math.max(state.endOffset(), state.nextBase()) + count;
            if (wanted > state.appendLimit()) {
                reserve(wanted + RESERVED_AHEAD);
            }
        } finally {
            turn.end();
        }
    }

    /// Reserves offsets ahead of need, durably; does nothing once the shard is closed.
    void reserveAhead() {
        turn.takeWhateverComes();
        try {
            if (!closed) {
                reserve(state.endOffset() + RESERVED_AHEAD);
            }
        } finally {
            turn.end();
        }
    }

    private void reserve(long reservedEnd) {
        writeReservation(reservedEnd);
        if (KillPoint.ENABLED) {
            KillPoint.RESERVE_WRITTEN.reached();
        }
        forceState();
        lock.holding(() -> state.appendLimit(Math.max(state.appendLimit(), reservedEnd)));
    }

    /// Makes the state page durable.
    void forceState() {
        try {
            files.forceState();
        } catch (IOException e) {
            state.casPoison(0, self);
            throw new CometException.Poisoned(
                    files.id() + ": forcing the state page to the disk failed: " + e.getMessage(), e);
        }
    }

    private void writeReservation(long reservedEnd) {
        lock.holding(() -> {
            Checkpoint last = last();
            state.checkpoint(last.withReservedEnd(Math.max(last.reservedEnd(), reservedEnd)));
        });
    }

    /// Syncs what is there, so that [#close(boolean)] finds little left to do.
    void settle() {
        if (state.poison() == 0) {
            syncTo(state.endOffset());
        }
    }

    /// Syncs for the last time. In the last process the checkpoint also says that no offset above the end was
    /// handed out, so that the next epoch starts without verifying and without a jump.
    void close(boolean lastProcess) {
        turn.takeWhateverComes();
        try {
            if (closed) {
                return;
            }
            closed = true;
            // What others append meanwhile is theirs to sync: waiting for it might never end.
            long end = state.endOffset();
            while (state.poison() == 0 && state.durableOffset() < end) {
                syncOnce();
            }
            if (lastProcess && state.poison() == 0) {
                writeCleanEnd();
                files.forceState();
            }
            if (KillPoint.ENABLED) {
                KillPoint.CLOSE_CHECKPOINTED.reached();
            }
        } catch (IOException e) {
            throw IoErrors.typed("closing " + files.id(), e);
        } finally {
            turn.end();
        }
    }

    private void writeCleanEnd() {
        lock.holding(() -> {
            Checkpoint last = last();
            long end = state.endOffset();
            // A jump that is still to be made needs its reservation.
            if (last.durableOffset() == end && state.nextBase() <= end) {
                state.appendLimit(end);
                state.checkpoint(last.withReservedEnd(end));
            }
        });
    }
}
