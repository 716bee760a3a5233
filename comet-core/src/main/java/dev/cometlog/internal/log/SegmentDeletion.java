package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/// Deletes the files of a shard that nothing points to any more: of segments below its start offset, which has to be
/// durable before, and of what dead processes had prepared. Whoever comes next goes on where one died.
///
/// Thread-safe, for processes too.
final class SegmentDeletion {
    private static final System.Logger LOG = System.getLogger(SegmentDeletion.class.getName());

    /// How long one rests behind each file that nobody waits for, in terms of what it took: the kernel frees the blocks
    /// of a large file on a processor that appenders need.
    private static final int REST = 4;

    private static final long LONGEST_REST_NANOS = 200_000_000;

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final SealedSegments sealed;
    private volatile boolean hurried;

    /// Whether somebody waits for what is deleted.
    enum Pace {
        /// The room is needed.
        AT_ONCE,
        /// Nothing is urgent: appenders come first.
        GENTLY
    }

    SegmentDeletion(ShardContext context, ShardStorage files, ShardLock lock, SealedSegments sealed) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.sealed = sealed;
    }

    /// Ends the rests, also of a run that is under way: the log is closing.
    void hurry() {
        hurried = true;
    }

    /// Whether files lie whole below the start offset.
    boolean isAnyPending() throws IOException {
        long[] bases = files.segments().bases();
        return bases.length > 1 && bases[1] <= state.startOffset() && bases[0] != state.activeBase();
    }

    /// Deletes the files that lie whole below the start offset: of this run, or of one that died.
    boolean unlinkBelowStart(Pace pace) throws IOException {
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
            sealed.forget(bases[i]);
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

    /// Deletes what processes had prepared that died without holding the shard, so that no repair came upon it.
    void unlinkLeftBehind() throws IOException {
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
}
