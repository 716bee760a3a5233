package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Deletes what [RetentionPolicy] gives up of one shard.
///
/// Only sealed segments below the durable offset, and below the segment that recovery would start from. The
/// start offset is published and made durable before the first file goes, so dying at any step leaves files
/// below the start offset at worst, which the next run deletes. Thread-safe, for processes too.
final class ShardRetention {
    private static final System.Logger LOG = System.getLogger(ShardRetention.class.getName());

    /// How long one rests behind each file that nobody waits for, in terms of what it took: the kernel frees the blocks
    /// of a large file on a processor that appenders need.
    private static final int REST = 4;

    private static final long LONGEST_REST_NANOS = 200_000_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ShardSync sync;

    /// What was found out about sealed segments, by base offset: they never change.
    private final Map<Long, Sealed> known = new ConcurrentHashMap<>();

    private final DropReport drops;
    private volatile boolean hurried;

    ShardRetention(ShardContext context, ShardStorage files, ShardLock lock, ShardSync sync) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.sync = sync;
        this.drops = new DropReport(files.id(), context.time());
    }

    /// Whether somebody waits for what is deleted.
    enum Pace {
        /// The room is needed.
        AT_ONCE,
        /// Nothing is urgent: appenders come first.
        GENTLY
    }

    /// Ends the rests, also of a run that is under way: the log is closing.
    void hurry() {
        hurried = true;
    }

    /// Tells of dropped entries that were not told of yet: the shard is closing.
    void tellDrops() {
        drops.tell(state.counter(ShardState.Counter.DROPPED));
    }

    /// Deletes what is too old or too much.
    ///
    /// @param dryRun only tells what would be deleted
    Retained run(boolean dryRun, Pace pace) {
        try {
            if (!dryRun) {
                drops.tellIfDue(state.counter(ShardState.Counter.DROPPED));
                if (isAnyPending()) {
                    // It may have been published by somebody who did not come to force it.
                    sync.forceState();
                }
                boolean _ = unlinkBelowStart(pace);
                unlinkLeftBehind();
            }
            List<SealedSegment> sealed = sealed();
            long protectedFrom = protectedFrom();
            int count = doomed(sealed, protectedFrom);
            if (count == sealed.size() && !dryRun && isCheckpointBehind()) {
                sync.refresh();
                sealed = sealed();
                count = doomed(sealed, protectedFrom);
            }
            List<SealedSegment> doomed = sealed.subList(0, count);
            return dryRun ? Retained.of(doomed, protectedFrom) : delete(doomed, protectedFrom, pace);
        } catch (IOException e) {
            throw IoErrors.typed("deleting old segments of " + files.id(), e);
        }
    }

    /// Deletes what processes had prepared that died without holding the shard, so that no repair came upon it.
    private void unlinkLeftBehind() throws IOException {
        if (files.factory().leftBehind(state.preparedNonce()).isEmpty()) {
            return;
        }
        List<Path> certain = new ArrayList<>();
        lock.holding(() -> {
            try {
                certain.addAll(files.factory().leftBehind(state.preparedNonce()));
            } catch (IOException e) {
                throw IoErrors.typed("looking for what dead processes prepared for " + files.id(), e);
            }
        });
        for (Path left : certain) {
            boolean _ = files.factory().unlink(left);
        }
    }

    /// How many of these, from the oldest on, are too old or too much.
    int doomed(List<SealedSegment> sealed, long protectedFrom) throws IOException {
        RetentionPolicy policy = policy();
        int expired = policy.expired(sealed, protectedFrom, context.time().epochMicros());
        return Math.max(expired, policy.overBound(sealed, diskBytes(), 0, protectedFrom, mayDrop()));
    }

    /// Sees to it that `bytes` more stay within `maxShardBytes`.
    ///
    /// @param mayWait whether to wait for groups to read on if the overflow policy says so
    /// @throws CometException.LogFull if they do not
    void makeRoom(long bytes, boolean mayWait) {
        SpaceWait wait = new SpaceWait(context.settings(), context.time(), mayWait);
        try {
            long used = diskBytes();
            while (used + bytes > policy().maxShardBytes()) {
                long now = used;
                // The caller may be an appender, which must not force or unlink anything itself.
                boolean freed = IoThreads.call(() -> free(now, bytes));
                // What another thread or process deletes meanwhile is nothing for us to delete, and room all the same.
                // Looked for before it is measured: what is gone by then is not counted.
                boolean pending = isAnyPending();
                used = diskBytes();
                boolean mayFit = freed || pending || used < now;
                if (!mayFit && !wait.again()) {
                    throw new CometException.LogFull(
                            files.id() + ": maxShardBytes=" + policy().maxShardBytes() + " would be passed: " + used
                                    + " bytes are used, " + bytes + " are wanted, and nothing may be deleted");
                }
            }
        } catch (IOException e) {
            throw IoErrors.typed("deleting old segments of " + files.id(), e);
        }
    }

    /// Deletes what stands in the way of `bytes` more, as far as it may go; false if nothing may.
    private boolean free(long used, long bytes) throws IOException {
        if (unlinkPending()) {
            return true;
        }
        long protectedFrom = protectedFrom();
        List<SealedSegment> sealed = sealed();
        int over = policy().overBound(sealed, used, bytes, protectedFrom, mayDrop());
        if (over == 0) {
            if (isCheckpointBehind()) {
                sync.refresh();
            }
            // In any case: another process may have written a newer checkpoint since it was looked at.
            sealed = sealed();
            over = policy().overBound(sealed, used, bytes, protectedFrom, mayDrop());
        }
        // Where another was faster there is room too.
        Retained _ = delete(sealed.subList(0, over), protectedFrom, Pace.AT_ONCE);
        return over > 0;
    }

    /// Deletes at once what lies below the start offset already: it still takes room while it is deleted gently, or
    /// since who deleted it died, and nothing else should go in its place. False if there is no such file.
    boolean unlinkPending() throws IOException {
        if (!isAnyPending()) {
            return false;
        }
        // It may have been published by somebody who has not forced it yet.
        sync.forceState();
        return unlinkBelowStart(Pace.AT_ONCE);
    }

    private boolean isAnyPending() throws IOException {
        long[] bases = files.segments().bases();
        return bases.length > 1 && bases[1] <= state.startOffset() && bases[0] != state.activeBase();
    }

    private RetentionPolicy policy() {
        return RetentionPolicy.of(context.settings());
    }

    private boolean mayDrop() {
        return context.settings().overflow() == Overflow.DROP_OLDEST;
    }

    /// Whether segments are sealed that only a newer checkpoint lets go.
    boolean isCheckpointBehind() throws IOException {
        long[] bases = files.segments().bases();
        return bases.length > 1
                && state.activeBase() != ShardState.NO_SEGMENT
                && checkpointBase() < state.activeBase()
                && state.poison() == 0;
    }

    private long checkpointBase() {
        return state.checkpoint().map(Checkpoint::segmentBase).orElse(Checkpoint.NO_SEGMENT);
    }

    void refreshCheckpoint() {
        sync.refresh();
    }

    long protectedFrom() throws IOException {
        List<GroupAck> groups = context.protectedOffsets().groups(files.id(), files.paths());
        return policy().protectedFrom(groups, context.time().epochMicros());
    }

    /// The segments that may be deleted, oldest first.
    List<SealedSegment> sealed() throws IOException {
        long limit = Math.min(
                checkpointBase(), state.activeBase() == ShardState.NO_SEGMENT ? Long.MAX_VALUE : state.activeBase());
        // The word follows its checkpoint: who syncs may be between the two, or have died there.
        long durable = Math.max(
                state.durableOffset(),
                state.checkpoint().map(Checkpoint::durableOffset).orElse(0L));
        long start = state.startOffset();
        long[] bases = files.segments().bases();
        List<SealedSegment> sealed = new ArrayList<>();
        for (int i = 0; i + 1 < bases.length && bases[i] < limit && bases[i + 1] <= durable; i++) {
            if (bases[i + 1] > start) {
                describeIfKept(bases[i], bases[i + 1]).ifPresent(sealed::add);
            }
        }
        return sealed;
    }

    /// @param lastMicros when the last entry was appended, as the clock of then told
    private record Sealed(long end, long diskBytes, long lastMicros) {}

    /// Empty if another process has let the segment go since it was listed: that is no failure of ours.
    private Optional<SealedSegment> describeIfKept(long base, long next) throws IOException {
        try {
            return Optional.of(describe(base, next));
        } catch (NoSuchFileException e) {
            if (state.startOffset() >= next) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private SealedSegment describe(long base, long next) throws IOException {
        Sealed segment = known.get(base);
        if (segment == null) {
            long end = Math.clamp(previousEnd(next), base, next);
            long last = lastTimestamp(base, end).orElse(modifiedMicros(base));
            segment = new Sealed(end, diskBytes(base), last);
            known.put(base, segment);
        }
        return new SealedSegment(base, segment.end(), next, segment.diskBytes(), newestMicros(base, segment));
    }

    private long newestMicros(long base, Sealed segment) throws IOException {
        long last = segment.lastMicros();
        return context.clock().corrected(last, context.clock().isAhead(last) ? modifiedMicros(base) : last);
    }

    /// Where the entries below `next` end: further down if offsets were jumped over.
    private long previousEnd(long next) throws IOException {
        Segment segment = files.segments().acquire(next).orElse(null);
        if (segment == null) {
            return next;
        }
        try {
            return segment.header().previousEnd();
        } finally {
            segment.release();
        }
    }

    private OptionalLong lastTimestamp(long base, long end) throws IOException {
        Segment segment = files.segments().acquire(base).orElse(null);
        if (segment == null) {
            return OptionalLong.empty();
        }
        try {
            FrameWalker walker = ShardRepair.walkerTo(segment, end - 1, segment.capacity());
            walker.walkTo(end);
            return OptionalLong.of(walker.batchTimestamp(segment.header().baseTimestamp()));
        } finally {
            segment.release();
        }
    }

    private long modifiedMicros(long base) throws IOException {
        return context.storage().modifiedMillis(files.paths().segment(base)) * 1000;
    }

    private long diskBytes(long base) throws IOException {
        Storage storage = context.storage();
        long bytes = DiskBudget.rounded(storage.size(files.paths().segment(base)));
        // An index may be missing at any time.
        return bytes + presentBytes(storage, files.paths().index(base));
    }

    private static long presentBytes(Storage storage, Path path) throws IOException {
        try {
            boolean isRegular = storage.kind(path) == Storage.FileKind.REGULAR;
            return isRegular ? DiskBudget.rounded(storage.size(path)) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /// What all files of the shard take, prepared ones included.
    private long diskBytes() throws IOException {
        return new DirectoryCount(context.storage()).present(files.paths().directory());
    }

    /// Deletes segments, which are the oldest ones.
    Retained delete(List<SealedSegment> doomed, long protectedFrom, Pace pace) throws IOException {
        if (doomed.isEmpty()) {
            return Retained.NOTHING;
        }
        Events.Retention event = Events.areWanted() ? new Events.Retention() : null;
        if (event != null) {
            event.begin();
        }
        Published[] result = {Published.NOTHING};
        lock.holding(() -> result[0] = publish(doomed, protectedFrom));
        Published published = result[0];
        Retained retained = published.retained();
        if (retained.dropped() > 0) {
            state.set(ShardState.Counter.LAST_DROP_MICROS, context.time().epochMicros());
            drops.dropped(published.dropped(), state.counter(ShardState.Counter.DROPPED));
        }
        if (KillPoint.ENABLED) {
            KillPoint.RETAIN_START_PUBLISHED.reached();
        }
        // Durable first: recovery must not start from a checkpoint whose segment is gone.
        sync.forceState();
        boolean _ = unlinkBelowStart(pace);
        if (event != null) {
            event.segments = retained.segments();
            event.bytes = retained.bytes();
            event.expired = retained.expired();
            event.dropped = retained.dropped();
            event.commit(files.id());
        }
        return retained;
    }

    private record Published(Retained retained, DropReport.Range dropped) {
        static final Published NOTHING = new Published(Retained.NOTHING, DropReport.Range.EMPTY);
    }

    /// Held. Another process may have come further meanwhile: what it counted is not counted again.
    private Published publish(List<SealedSegment> doomed, long protectedFrom) {
        long start = state.startOffset();
        long expired = 0;
        DropReport.Range dropped = DropReport.Range.EMPTY;
        long bytes = 0;
        int segments = 0;
        long next = start;
        for (SealedSegment segment : doomed) {
            long from = Math.max(segment.base(), start);
            if (segment.next() > start && segment.end() >= from) {
                long split = Math.clamp(protectedFrom, from, segment.end());
                expired += split - from;
                dropped = dropped.plus(DropReport.Range.of(split, segment.end()));
                bytes += segment.diskBytes();
                segments++;
            }
            next = Math.max(next, segment.next());
        }
        if (next > start) {
            state.retain(next, expired, dropped.count());
        }
        return new Published(new Retained(segments, bytes, expired, dropped.count()), dropped);
    }

    /// Deletes the files that lie whole below the start offset: of this run, or of one that died.
    private boolean unlinkBelowStart(Pace pace) throws IOException {
        long start = state.startOffset();
        if (start == 0) {
            return false;
        }
        long[] bases = files.segments().bases();
        boolean unlinked = false;
        for (int i = 0; i + 1 < bases.length && bases[i + 1] <= start && bases[i] != state.activeBase(); i++) {
            long started = context.time().nanoTime();
            unlinked |= files.factory().unlink(files.paths().segment(bases[i]));
            if (KillPoint.ENABLED) {
                KillPoint.RETAIN_LOG_UNLINKED.reached();
            }
            unlinked |= files.factory().unlink(files.paths().index(bases[i]));
            if (KillPoint.ENABLED) {
                KillPoint.RETAIN_UNLINKED.reached();
            }
            known.remove(bases[i]);
            files.segments().forget(bases[i]);
            if (pace == Pace.GENTLY && !hurried) {
                long took = context.time().nanoTime() - started;
                LockSupport.parkNanos(Math.min(took * REST, LONGEST_REST_NANOS));
            }
        }
        for (String name : context.storage().list(files.paths().directory())) {
            OptionalLong base = ShardPaths.indexBase(name);
            if (base.isPresent() && base.getAsLong() < start && Arrays.binarySearch(bases, base.getAsLong()) < 0) {
                unlinked |= files.factory().unlink(files.paths().index(base.getAsLong()));
            }
        }
        if (unlinked) {
            context.budget().roomComes(context.time().nanoTime());
            LOG.log(System.Logger.Level.DEBUG, "{0}: deleted what was below offset {1,number,#}", files.id(), start);
        }
        return unlinked;
    }
}
