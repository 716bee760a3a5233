package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import java.util.concurrent.atomic.AtomicBoolean;

/// When a shard is synced in the background: once enough entries wait for it, or the oldest has waited long enough.
///
/// Housekeeping's own, but for what it has done elsewhere.
final class SyncSchedule {
    private static final System.Logger LOG = System.getLogger(SyncSchedule.class.getName());
    private static final long LEAST_INTERVAL_NANOS = 100_000_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardSync sync;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final RepeatedFailure failure = new RepeatedFailure(); // guarded by scheduled
    private long pendingSinceNanos = -1;

    SyncSchedule(ShardContext context, ShardStorage files, ShardSync sync) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.sync = sync;
    }

    /// Decides whether it is time for a background sync, and has it done elsewhere.
    void tick(long nanoTime) {
        long pending = state.endOffset() - state.durableOffset();
        if (pending <= 0) {
            pendingSinceNanos = -1;
        } else if (pendingSinceNanos < 0) {
            pendingSinceNanos = nanoTime;
        }
        boolean many =
                pending >= context.config().syncEntries() && nanoTime - sync.lastSyncNanos() >= LEAST_INTERVAL_NANOS;
        boolean old = pending > 0
                && nanoTime - pendingSinceNanos
                        >= context.config().syncInterval().toNanos();
        boolean shortOfOffsets = state.endOffset() > 0
                && state.appendLimit() > state.endOffset()
                && state.appendLimit() - state.endOffset() < ShardSync.RESERVED_AHEAD / 2;
        if ((many || old || shortOfOffsets) && state.poison() == 0 && scheduled.compareAndSet(false, true)) {
            pendingSinceNanos = -1;
            context.background().execute(() -> inBackground(shortOfOffsets));
        }
    }

    private void inBackground(boolean shortOfOffsets) {
        try {
            if (shortOfOffsets) {
                sync.reserveAhead();
            }
            // Otherwise the next tick looks again; the thread has other shards to see to.
            if (!sync.isBeingDoneElsewhere()) {
                sync.syncTo(state.endOffset());
            }
            failure.over();
        } catch (CometException.Closed e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} was closed before its background sync", files.id());
        } catch (CometException e) {
            if (failure.isNews(e)) {
                // Whoever was only not let in in time tries again at the next tick.
                System.Logger.Level level =
                        e instanceof CometException.ShardBusy ? System.Logger.Level.WARNING : System.Logger.Level.ERROR;
                LOG.log(level, "background sync of " + files.id() + " failed", e);
            }
        } finally {
            scheduled.set(false);
        }
    }
}
