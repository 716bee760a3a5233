package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// What has to happen to an open shard beside its appends: background sync, offsets reserved ahead, cure of a poisoned
/// shard, rolling by age, retention behind a roll, and letting go of what is of no more use.
///
/// Done by housekeeping, for one shard behind the other: so it waits for no lock of a shard, whose holder may be at a
/// cure of it, and comes again instead.
final class ShardUpkeep {
    private static final System.Logger LOG = System.getLogger(ShardUpkeep.class.getName());
    private static final long TRIM_INTERVAL_NANOS = 1_000_000_000;
    private static final long QUIET_INTERVAL_NANOS = 1_000_000_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ActiveSegment active;
    private final ShardSync sync;
    private final SyncSchedule schedule;
    private final ShardRetention retention;
    private final ShardCure cure;

    private final AtomicBoolean retaining = new AtomicBoolean();
    private final RepeatedFailure retentionFailure = new RepeatedFailure(); // guarded by retaining

    /// The active generation when retention last ran; housekeeping's own.
    private long retainedGeneration;

    /// When mappings were last let go of; housekeeping's own.
    private long trimmedNanos;

    /// The start offset then.
    private long trimmedStart;

    /// Whether something below it is still to be let go of; housekeeping's own.
    private boolean holding;

    /// When the shard was last looked after, and what it was like then; housekeeping's own.
    private long attendedNanos;

    private long attendedEnd = -1;
    private long attendedGeneration;

    ShardUpkeep(
            ShardContext context,
            ShardStorage files,
            ShardLock lock,
            ActiveSegment active,
            ShardSync sync,
            ShardRetention retention) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.active = active;
        this.sync = sync;
        this.schedule = new SyncSchedule(context, files, sync);
        this.retention = retention;
        this.cure = new ShardCure(context, files, lock, sync);
        this.retainedGeneration = state.generation();
    }

    /// Whether it is time for [#run], which a shard of which nothing is new needs more rarely.
    ///
    /// @param nanoTime of the time source
    boolean isDue(long nanoTime) {
        return !isQuiet() || nanoTime - attendedNanos >= QUIET_INTERVAL_NANOS;
    }

    /// Whether nothing has happened since the last time and nothing is due: a process may have hundreds of such shards.
    private boolean isQuiet() {
        return state.endOffset() == attendedEnd
                && state.durableOffset() == attendedEnd
                && state.generation() == attendedGeneration
                && state.startOffset() == trimmedStart
                && state.lockWord() == 0
                && state.poison() == 0
                && !holding;
    }

    /// @param nanoTime of the time source
    /// @param rollMicros how old the active segment may become
    void run(long nanoTime, long rollMicros) {
        attendedNanos = nanoTime;
        attendedEnd = state.endOffset();
        attendedGeneration = state.generation();
        lock.freeLeftBehind();
        lock.tellTakeOver();
        schedule.tick(nanoTime);
        cure.tick(nanoTime);
        unlinkLeftBehind();
        rollIfAged(rollMicros);
        retainIfRolled();
        letGo(nanoTime);
        files.segments().letLeave();
    }

    /// Deletes what a dead process had prepared, if a repair came upon it.
    void unlinkLeftBehind() {
        if (!files.repair().hasLeftBehind()) {
            return;
        }
        try {
            files.repair().unlinkLeftBehind();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, files.id() + ": what a dead process prepared could not be deleted", e);
        }
    }

    private void rollIfAged(long rollMicros) {
        long now = context.time().epochMicros();
        boolean isCut = state.activeBase() == ShardState.NO_SEGMENT
                && state.endOffset() > 0
                && now - state.lastTimestamp() > rollMicros;
        if ((!isCut && !active.isAged(now, rollMicros)) || state.poison() != 0) {
            return;
        }
        if (isCut) {
            // What recovery cut off has no active segment to be rolled by age; an empty one lets it expire.
            sync.reserveOffsets(0);
        }
        active.prepareSmaller();
        boolean _ = lock.tryHolding(() -> {
            try {
                active.rollAged(context.time().epochMicros(), rollMicros);
            } catch (IOException e) {
                throw IoErrors.typed("rolling " + files.id(), e);
            }
        });
    }

    private void retainIfRolled() {
        long generation = state.generation();
        if (generation == retainedGeneration || !retaining.compareAndSet(false, true)) {
            return;
        }
        retainedGeneration = generation;
        try {
            context.background().execute(this::retainInBackground);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is closing: retention is left to the next open", files.id());
        }
    }

    private void retainInBackground() {
        try {
            context.live().refresh();
            Retained _ = retention.run(false, SegmentDeletion.Pace.AT_ONCE);
            retentionFailure.over();
        } catch (CometException.Closed e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} was closed before its retention", files.id());
        } catch (CometException e) {
            if (retentionFailure.isNews(e)) {
                LOG.log(System.Logger.Level.WARNING, "retention of " + files.id() + " failed; it is tried again", e);
            }
        } finally {
            retaining.set(false);
        }
    }

    /// Ends mappings that are of no more use. What any process deleted is let go of at once: until then the
    /// filesystem is as full as before, for all of them.
    private void letGo(long nanoTime) {
        long start = state.startOffset();
        if (start != trimmedStart) {
            context.budget().roomComes(nanoTime);
        }
        if (start != trimmedStart || nanoTime - trimmedNanos >= TRIM_INTERVAL_NANOS) {
            files.segments().trim(start, state.durableOffset(), state.activeBase(), 1);
            active.next().letGoOfTaken();
            trimmedNanos = nanoTime;
            trimmedStart = start;
        }
        holding = active.holdsBelow(start) && !lock.tryHolding(() -> active.letGoBelow(start));
    }
}
