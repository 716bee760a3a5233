package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.LockFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/// Decides what of a shard still holds, once per epoch, before anybody uses it.
///
/// The epoch is written last: dying at any step before leaves the shard to be recovered again.
///
/// - Same boot: the page cache is whole, so the state page is right. What a dead writer left behind the end
///   offset is wiped, and nothing else changes.
/// - Another boot: everything below the checkpoint's durable offset is there. Above it, whole batches that
///   verify are kept up to the first hole; the rest is cut off, and unless the last close was clean the next
///   segment starts at the reserved end, so that no offset that was handed out is used again.
/// - State page lost: the segments tell; the next segment starts 2^30 offsets further.
/// - Copied files: each may be from another moment, so all segments are verified, and the shard ends at the first that
///   was not copied whole.
final class ShardRecovery {
    private static final System.Logger LOG = System.getLogger(ShardRecovery.class.getName());
    private static final long POLL_NANOS = 1_000_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final Segments segments;

    ShardRecovery(ShardContext context, ShardStorage files) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.segments = files.segments();
    }

    /// Becomes the one process that may recover the shard, waiting for whoever does it now.
    static LockFile.Held claim(ShardContext context, ShardId id) throws IOException {
        long started = context.time().nanoTime();
        while (true) {
            Optional<LockFile.Held> claim =
                    context.incarnations().tryRecovery(id.toString().hashCode());
            if (claim.isPresent()) {
                return claim.get();
            }
            if (context.time().nanoTime() - started
                    > context.config().appendTimeout().toNanos()) {
                throw new CometException.ShardBusy(id + " has been under recovery by another process for more than "
                        + context.config().appendTimeout().toMillis() + " ms, by one of: "
                        + context.incarnations().describeOthers());
            }
            if (IoThreads.isCallerInterrupted()) {
                throw new CometException.Interrupted("waiting for the recovery of " + id, null);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Recovers the shard and puts it into the present epoch.
    ///
    /// @param stateLost whether the state page was made anew
    void recover(boolean stateLost) throws IOException {
        if (KillPoint.ENABLED) {
            KillPoint.RECOVERY_STARTED.reached();
        }
        Events.Recovery event = Events.areWanted() ? new Events.Recovery() : null;
        if (event != null) {
            event.begin();
        }
        boolean sameBoot = context.boot().sameBoot(state.bootId());
        Optional<Checkpoint> checkpoint = state.checkpoint();
        boolean copied = !stateLost && ShardFiles.isCopied(context.storage(), files.paths(), state);
        boolean isFresh = stateLost && segments.bases().length == 0;
        boolean wasHeld = state.lockWord() != 0;
        state.casPrepareClaim(state.prepareClaim(), 0);
        if (isFresh) {
            state.durableOffset(0);
        } else if (!stateLost && !copied && sameBoot && isPlausible(wasHeld)) {
            continueInPlace(wasHeld);
        } else {
            forget();
            if (!stateLost && checkpoint.isPresent()) {
                TailCut cut = new TailCut(context, files);
                if (copied) {
                    cut.fromCopy(checkpoint.get());
                } else {
                    cut.fromCheckpoint(checkpoint.get());
                }
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: its state page tells nothing; the shard is rebuilt from its segments",
                        files.id());
                new TailCut(context, files)
                        .fromSegments(checkpoint.map(Checkpoint::reservedEnd).orElse(0L));
            }
        }
        // Only now: whoever starts over after a death in here must know that somebody may have died inside before.
        state.lockWord(0);
        publish(sameBoot);
        if (event != null) {
            event.stateLost = stateLost;
            event.startOffset = state.startOffset();
            event.endOffset = state.endOffset();
            event.commit(files.id());
        }
    }

    /// A state page of this boot is believed if its words can be, the active segment is as it says and nothing was
    /// written behind what it announced; a copy from an earlier time shows that way.
    private boolean isPlausible(boolean wasHeld) throws IOException {
        PageCheck check = new PageCheck(state, wasHeld);
        if (!check.isOrdered()) {
            return false;
        }
        long base = state.activeBase();
        long[] bases = segments.bases();
        if (base == ShardState.NO_SEGMENT) {
            return bases.length == 0 || state.nextBase() > state.endOffset() || isHalfDoneFirstRoll(bases);
        }
        Optional<Segment> active = segments.acquire(base);
        if (active.isEmpty()) {
            return false;
        }
        try {
            Segment segment = active.get();
            if (segment.capacity() < segment.header().capacity() || !check.endsIn(segment)) {
                return false;
            }
            long limit = state.writeLimit();
            boolean writtenBehind = limit >= SegmentHeader.LENGTH
                    && limit < segment.capacity()
                    && new FrameWalker(segment, (int) limit, 0, segment.capacity()).next();
            boolean laterSegment = bases[bases.length - 1] > base && hasEntries(bases[bases.length - 1]);
            return !writtenBehind && !laterSegment;
        } finally {
            segment(active).release();
        }
    }

    /// Whether the only segment is one that was named and not yet active when its maker died: repair drops it.
    private boolean isHalfDoneFirstRoll(long[] bases) throws IOException {
        return bases.length == 1 && bases[0] == state.endOffset() && !hasEntries(bases[0]);
    }

    private static Segment segment(Optional<Segment> present) {
        return present.orElseThrow();
    }

    private boolean hasEntries(long base) throws IOException {
        Optional<Segment> segment = segments.acquire(base);
        if (segment.isEmpty()) {
            return false;
        }
        try {
            return new FrameWalker(
                            segment.get(),
                            SegmentHeader.LENGTH,
                            base,
                            segment.get().capacity())
                    .next();
        } finally {
            segment.get().release();
        }
    }

    private void continueInPlace(boolean wasHeld) throws IOException {
        dropImpossibleStart();
        if (wasHeld) {
            files.repair().run();
        } else {
            // Nobody was inside, so entries go on at the write position even where damage hides that it is the end,
            // and the seal that comes will number what lies behind the damage.
            files.repair().mend(true);
        }
        // A damaged one must not let offsets out that are not reserved.
        long reserved = state.checkpoint().map(Checkpoint::reservedEnd).orElse(0L);
        state.appendLimit(Math.clamp(state.appendLimit(), 0, reserved));
        long durable = state.checkpoint().map(Checkpoint::durableOffset).orElse(0L);
        state.durableOffset(Math.min(durable, state.endOffset()));
    }

    /// Puts the words that only this boot's page cache could vouch for back to nothing.
    private void forget() {
        state.casPoison(state.poison(), 0);
        state.casSyncClaim(state.syncClaim(), 0);
        state.casPreparedNonce(state.preparedNonce(), 0);
        state.nextBase(0);
        state.prepareBytes(0);
    }

    /// The oldest offset that is there, or that was lost and not expired: the first segment says what it follows.
    private long firstKept() throws IOException {
        long[] bases = segments.bases();
        if (bases.length == 0) {
            return state.endOffset();
        }
        Segment first = segments.acquire(bases[0]).orElse(null);
        if (first == null) {
            return bases[0];
        }
        try {
            return first.header().previousEnd();
        } finally {
            first.release();
        }
    }

    /// Takes back a start offset, reached or announced, at which nothing starts: only damage leaves one, and retention
    /// would delete what nobody gave up.
    private void dropImpossibleStart() throws IOException {
        long first = Math.min(firstKept(), state.endOffset());
        long[] bases = segments.bases();
        LongPredicate isImpossible = start ->
                start != 0 && start != first && (start > state.endOffset() || Arrays.binarySearch(bases, start) < 0);
        if (isImpossible.test(state.startOffset())) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "{0}: no segment starts at the start offset {1,number,#}, so it is damaged; taken for {2,number,#}",
                    files.id(),
                    state.startOffset(),
                    first);
            state.startOffset(first);
        }
        state.dropRetain(isImpossible);
    }

    private void publish(boolean sameBoot) throws IOException {
        dropImpossibleStart();
        state.finishRetain();
        long first = Math.min(firstKept(), state.endOffset());
        if (state.startOffset() < first) {
            // Deleted before a power loss that took the news of it, or with the state page.
            state.retain(first, first - state.startOffset(), 0);
        }
        if (!sameBoot) {
            for (Path left : files.factory().leftBehind(state.preparedNonce())) {
                boolean _ = files.factory().unlink(left);
            }
        }
        state.bootId(context.boot());
        state.fileId(context.storage().fileId(files.paths().state()));
        state.counters().add(ShardCounters.Counter.RECOVERIES, 1);
        if (KillPoint.ENABLED) {
            KillPoint.RECOVERY_BEFORE_EPOCH.reached();
        }
        state.epoch(context.epoch());
        LOG.log(
                System.Logger.Level.DEBUG,
                "{0}: recovered, offsets {1,number,#} to {2,number,#}",
                files.id(),
                state.startOffset(),
                state.endOffset());
    }
}
