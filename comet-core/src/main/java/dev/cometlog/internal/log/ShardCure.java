package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Heals a shard of which a force failed: writes what may not be on the disk into new files, and lets appends go on.
///
/// After a failed force the kernel calls pages clean that never reached the disk, so forcing the same file again
/// could succeed and mean nothing. A copy is dirty from the start. Done under the lock word and the sync claim, so
/// that nothing changes meanwhile:
///
/// 1. what lies behind the end offset is put in order
/// 2. each segment from the checkpoint's on is copied, forced, and renamed over the old one ([SegmentCopy]); dying
///    or losing power here leaves the old file or the new one under the name, which hold the same entries
/// 3. the directory is forced
/// 4. the generation is raised, so that every process maps the new files before it appends to them
/// 5. a checkpoint at the end offset is written, and the state page forced
/// 6. poison is cleared; dying at any step before leaves the shard poisoned, and the next cure starts over
final class ShardCure {
    private static final System.Logger LOG = System.getLogger(ShardCure.class.getName());
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ShardSync sync;

    private final AtomicBoolean scheduled = new AtomicBoolean();

    // Housekeeping's own: whether the shard was poisoned when it last looked, and when the next attempt is made.
    private boolean poisoned;
    private long nextTryNanos;

    /// What the last attempt failed with, so that it is told once.
    private volatile String failure = "";

    ShardCure(ShardContext context, ShardStorage files, ShardLock lock, ShardSync sync) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.sync = sync;
        this.poisoned = state.poison() != 0;
        this.nextTryNanos = context.time().nanoTime();
    }

    /// Decides whether it is time for an attempt, and has it done elsewhere: 10 s after the shard was poisoned, and
    /// every 10 s then. Who opens a poisoned shard tries at once.
    void tick(long nanoTime) {
        boolean before = poisoned;
        poisoned = state.poison() != 0;
        if (poisoned && !before) {
            nextTryNanos = nanoTime + INTERVAL_NANOS;
        }
        if (poisoned && nanoTime - nextTryNanos >= 0 && scheduled.compareAndSet(false, true)) {
            nextTryNanos = nanoTime + INTERVAL_NANOS;
            try {
                context.curer().execute(this::inBackground);
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is closing: its cure is left to the next open", files.id());
            }
        }
    }

    private void inBackground() {
        try {
            run();
            failure = "";
        } catch (CometException.Closed e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} was closed before its cure", files.id());
        } catch (IOException | RuntimeException | Error e) {
            // Errors too: on a page that cannot be read the JVM throws InternalError.
            String cause = e.toString();
            if (!cause.equals(failure)) {
                failure = cause;
                LOG.log(System.Logger.Level.ERROR, files.id() + " cannot be written anew; it is tried again", e);
            }
        } finally {
            scheduled.set(false);
        }
    }

    /// Heals the shard, unless another process is at it.
    void run() throws IOException {
        // Room first: whoever makes some may need the lock.
        try (SegmentCopy copy = new SegmentCopy(context, files)) {
            sync.alone(() -> {
                boolean[] healed = {false};
                // What fails is begun anew at the next attempt, and nobody writes before one has succeeded.
                lock.holdingWithoutRepair(() -> healed[0] = heal(copy));
                return healed[0];
            });
        }
    }

    /// Returns whether all that was not known to be on the disk is there now.
    private boolean heal(SegmentCopy copy) {
        long poison = state.poison();
        if (poison == 0) {
            return false;
        }
        try {
            if (KillPoint.ENABLED) {
                KillPoint.CURE_CLAIMED.reached();
            }
            files.repair().mend(true);
            long bytes = replaceUnforced(copy);
            context.storage().forceDirectory(files.paths().directory());
            if (KillPoint.ENABLED) {
                KillPoint.CURE_FORCED.reached();
            }
            state.generation(state.generation() + 1);
            checkpoint();
            files.forceState();
            if (KillPoint.ENABLED) {
                KillPoint.CURE_CHECKPOINTED.reached();
            }
            // Not if somebody saw something else to fear meanwhile.
            if (state.casPoison(poison, 0)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: {1,number,#} bytes were written anew after a failed force; all below offset {2,number,#} is durable,"
                                + " and appends go on",
                        files.id(),
                        bytes,
                        state.endOffset());
            }
            return true;
        } catch (IOException e) {
            throw IoErrors.typed("writing " + files.id() + " anew", e);
        }
    }

    /// Copies every segment that is not known to be on the disk, and returns how many bytes that were.
    private long replaceUnforced(SegmentCopy copy) throws IOException {
        Checkpoint last = state.checkpoint().orElse(Checkpoint.FIRST);
        long active = state.activeBase();
        long bytes = 0;
        long[] bases = files.segments().bases();
        for (int i = 0; i < bases.length && bases[i] <= active; i++) {
            if (bases[i] >= last.segmentBase()) {
                bytes += copy.replace(bases[i], bases[i] == active ? state.endOffset() : endBefore(bases[i + 1]));
                state.rewrites(state.rewrites() + 1);
                if (KillPoint.ENABLED) {
                    KillPoint.CURE_RENAMED.reached();
                }
            }
        }
        return bytes;
    }

    /// Where the segment before the one at `base` ends: further down if offsets were jumped over.
    private long endBefore(long base) throws IOException {
        Segment next = files.segments().acquire(base).orElse(null);
        if (next == null) {
            return base;
        }
        try {
            return next.header().previousEnd();
        } finally {
            next.release();
        }
    }

    private void checkpoint() {
        Checkpoint last = state.checkpoint().orElse(Checkpoint.FIRST);
        long end = state.endOffset();
        state.checkpoint(new Checkpoint(
                last.sequence() + 1,
                end,
                state.writePosition(),
                state.activeBase(),
                Math.max(last.reservedEnd(), end),
                state.generation()));
        state.durableOffset(end);
    }
}
