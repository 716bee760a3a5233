package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.util.List;

/// Deletes what [RetentionPolicy] gives up of one shard.
///
/// Only sealed segments below the durable offset, and below the segment that recovery would start from. The
/// start offset is published and made durable before the first file goes, so dying at any step leaves files
/// below the start offset at worst, which the next run deletes. Thread-safe, for processes too.
final class ShardRetention {
    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ShardSync sync;
    private final SealedSegments sealedSegments;
    private final SegmentDeletion deletion;
    private final DropReport drops;

    ShardRetention(ShardContext context, ShardStorage files, ShardLock lock, ShardSync sync) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.sync = sync;
        this.sealedSegments = new SealedSegments(context, files);
        this.deletion = new SegmentDeletion(context, files, lock, sealedSegments);
        this.drops = new DropReport(files.id(), context.time());
    }

    /// The segments that may be deleted, oldest first.
    List<SealedSegment> sealed() throws IOException {
        return sealedSegments.oldestFirst();
    }

    /// Whether segments are sealed that only a newer checkpoint lets go.
    boolean isCheckpointBehind() throws IOException {
        return sealedSegments.isCheckpointBehind();
    }

    /// Ends the rests between deletions, also of a run that is under way: the log is closing.
    void hurry() {
        deletion.hurry();
    }

    /// Tells of dropped entries that were not told of yet: the shard is closing.
    void tellDrops() {
        drops.tell(state.counters().get(ShardCounters.Counter.DROPPED));
    }

    /// Deletes what is too old or too much.
    ///
    /// @param dryRun only tells what would be deleted
    Retained run(boolean dryRun, SegmentDeletion.Pace pace) {
        try {
            if (!dryRun) {
                drops.tellIfDue(state.counters().get(ShardCounters.Counter.DROPPED));
                if (deletion.isAnyPending()) {
                    // It may have been published by somebody who did not come to force it.
                    sync.forceState();
                }
                boolean _ = deletion.unlinkBelowStart(pace);
                deletion.unlinkLeftBehind();
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
                boolean pending = deletion.isAnyPending();
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
        Retained _ = delete(sealed.subList(0, over), protectedFrom, SegmentDeletion.Pace.AT_ONCE);
        return over > 0;
    }

    /// Deletes at once what lies below the start offset already: it still takes room while it is deleted gently, or
    /// since who deleted it died, and nothing else should go in its place. False if there is no such file.
    boolean unlinkPending() throws IOException {
        if (!deletion.isAnyPending()) {
            return false;
        }
        // It may have been published by somebody who has not forced it yet.
        sync.forceState();
        return deletion.unlinkBelowStart(SegmentDeletion.Pace.AT_ONCE);
    }

    private RetentionPolicy policy() {
        return RetentionPolicy.of(context.settings());
    }

    private boolean mayDrop() {
        return context.settings().overflow() == Overflow.DROP_OLDEST;
    }

    void refreshCheckpoint() {
        sync.refresh();
    }

    long protectedFrom() throws IOException {
        List<GroupAck> groups = context.protectedOffsets().groups(files.id(), files.paths());
        return policy().protectedFrom(groups, context.time().epochMicros());
    }

    /// What all files of the shard take, prepared ones included.
    private long diskBytes() throws IOException {
        return new DirectoryCount(context.storage()).present(files.paths().directory());
    }

    /// Deletes segments, which are the oldest ones.
    Retained delete(List<SealedSegment> doomed, long protectedFrom, SegmentDeletion.Pace pace) throws IOException {
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
            state.counters()
                    .set(ShardCounters.Counter.LAST_DROP_MICROS, context.time().epochMicros());
            drops.dropped(published.dropped(), state.counters().get(ShardCounters.Counter.DROPPED));
        }
        if (KillPoint.ENABLED) {
            KillPoint.RETAIN_START_PUBLISHED.reached();
        }
        // Durable first: recovery must not start from a checkpoint whose segment is gone.
        sync.forceState();
        boolean _ = deletion.unlinkBelowStart(pace);
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
}
