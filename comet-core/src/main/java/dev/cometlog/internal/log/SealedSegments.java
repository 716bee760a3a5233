package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/// Which segments of a shard nobody appends to any more and recovery does not need, so that they may be deleted.
///
/// Thread-safe.
final class SealedSegments {
    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;

    /// What was found out about each, by base offset: they never change.
    private final Map<Long, Sealed> known = new ConcurrentHashMap<>();

    /// @param lastMicros when the last entry was appended, as the clock of then told
    private record Sealed(long end, long diskBytes, long lastMicros) {}

    SealedSegments(ShardContext context, ShardStorage files) {
        this.context = context;
        this.files = files;
        this.state = files.state();
    }

    /// Those that may be deleted, oldest first.
    List<SealedSegment> oldestFirst() throws IOException {
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

    /// Forgets what is known of a segment that was deleted.
    void forget(long base) {
        known.remove(base);
    }
}
