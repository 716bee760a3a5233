package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Undoes what a writer left half-done behind the end offset. Run by the holder of the lock word, and
/// idempotent, so the repairer may die too.
final class ShardRepair {
    private static final System.Logger LOG = System.getLogger(ShardRepair.class.getName());

    private final Storage storage;
    private final ShardId id;
    private final ShardPaths paths;
    private final ShardState state;
    private final Segments segments;
    private final SegmentFactory factory;

    private final ConcurrentLinkedQueue<Path> leftBehind = new ConcurrentLinkedQueue<>();

    ShardRepair(
            Storage storage,
            ShardId id,
            ShardPaths paths,
            ShardState state,
            Segments segments,
            SegmentFactory factory) {
        this.storage = storage;
        this.id = id;
        this.paths = paths;
        this.state = state;
        this.segments = segments;
        this.factory = factory;
    }

    /// Makes the shard fit for the next append, after a holder of the lock word died or failed.
    void run() {
        Events.TakeOver event = Events.areWanted() ? new Events.TakeOver() : null;
        if (event != null) {
            event.begin();
        }
        try {
            mend(false);
            state.counters().add(ShardCounters.Counter.TAKE_OVERS, 1);
            if (event != null) {
                event.endOffset = state.endOffset();
                event.commit(id);
            }
        } catch (IOException e) {
            throw IoErrors.typed("repairing " + id, e);
        }
    }

    /// Puts what lies behind the end offset in order, whoever left it so.
    ///
    /// @param released whether the last holder of the lock word gave it back itself
    void mend(boolean released) throws IOException {
        state.finishRetain();
        long base = state.activeBase();
        if (base > state.endOffset()) {
            finishJump(base);
        }
        long end = state.endOffset();
        if (base != ShardState.NO_SEGMENT) {
            wipeBehind(base, end, released);
        }
        if (KillPoint.ENABLED) {
            KillPoint.REPAIR_WIPED.reached();
        }
        dropHalfDoneRoll(Math.max(end, state.nextBase()), base);
        dropLostPreparation();
        state.generation(state.generation() + 1);
    }

    /// A roller that jumped over offsets died between naming the segment and moving the end offset there.
    private void finishJump(long base) {
        state.counters().add(ShardCounters.Counter.LOST, base - state.endOffset());
        state.endOffset(base);
        state.nextBase(0);
    }

    private void wipeBehind(long base, long end, boolean released) throws IOException {
        // The file may have been replaced while another process held the lock.
        segments.forgetIfReplaced(base);
        Segment segment = segments.acquire(base)
                .orElseThrow(() -> new CometException.Damaged(paths.segment(base), "the active segment is gone"));
        try {
            long position = positionOf(segment, end, released);
            long limit = Math.min(Math.max(state.writeLimit(), position), segment.capacity());
            if (position < limit) {
                segment.memory().asSlice(position, limit - position).fill((byte) 0);
            }
            segment.index().dropFrom((int) Math.min(position, segment.capacity()), (int) limit);
            // Where damage hides the position of the end, what is behind it was not wiped.
            segment.index().dropOffsetsFrom(end - base, (int) limit);
            state.writePosition(position);
            state.writeLimit(position);
        } finally {
            segment.release();
        }
    }

    /// Where the frame of `end` starts or will start. If damage hides that, the segment is given up for
    /// writing: the next append finds no room in it and rolls.
    private long positionOf(Segment segment, long end, boolean released) {
        // Behind what was ever written the index is empty, and to look for its end there takes long.
        int limit = Math.clamp(state.writeLimit(), SegmentHeader.LENGTH, segment.capacity());
        FrameWalker walker = walkedTo(segment, state, end, limit);
        if (walker.offset() == end) {
            state.lastTimestamp(walker.batchTimestamp(
                    Math.max(state.lastTimestamp(), segment.header().baseTimestamp())));
            return walker.position();
        }
        long written = state.writePosition();
        if (released && isUnwritten(segment, written)) {
            return written;
        }
        LOG.log(
                System.Logger.Level.ERROR,
                "{0}: damage at position {1,number,#} hides where offset {2,number,#} goes; the segment takes no more"
                        + " entries",
                segment.path(),
                walker.position(),
                end);
        if (written >= SegmentHeader.LENGTH && written < state.writeLimit() && written < segment.capacity()) {
            long length = Math.min(state.writeLimit(), segment.capacity()) - written;
            segment.memory().asSlice(written, length).fill((byte) 0);
        }
        return segment.capacity();
    }

    /// Whether a frame could stand there and none does.
    private static boolean isUnwritten(Segment segment, long position) {
        return position >= SegmentHeader.LENGTH
                && position + FrameDescriptor.HEADER_LENGTH <= segment.capacity()
                && LittleEndian.getInt(segment.memory(), (int) position + FrameDescriptor.LENGTH_FIELD) == 0;
    }

    /// A walker at `end`, or as far as damage lets it come. Damage below the last checkpoint does not stop it.
    ///
    /// @param limit of the positions where to look for an indexed place
    static FrameWalker walkedTo(Segment segment, ShardState state, long end, int limit) {
        FrameWalker walker = walkerTo(segment, end, limit);
        walker.walkTo(end);
        Checkpoint checkpoint = state.checkpoint().orElse(Checkpoint.FIRST);
        boolean isBehind = checkpoint.segmentBase() == segment.baseOffset()
                && checkpoint.durableOffset() > walker.offset()
                && checkpoint.durableOffset() <= end
                && checkpoint.position() <= segment.capacity();
        if (isBehind) {
            walker = new FrameWalker(
                    segment, (int) checkpoint.position(), checkpoint.durableOffset(), segment.capacity());
            walker.walkTo(end);
        }
        return walker;
    }

    /// A walker at the last indexed place at or before `end`.
    ///
    /// @param limit of the positions where to look for it
    static FrameWalker walkerTo(Segment segment, long end, int limit) {
        int slot = segment.index().floorOffset(end - segment.baseOffset(), limit);
        if (slot < 0) {
            return new FrameWalker(segment, SegmentHeader.LENGTH, segment.baseOffset(), segment.capacity());
        }
        return new FrameWalker(
                segment,
                segment.index().position(slot),
                segment.baseOffset() + segment.index().relativeOffset(slot),
                segment.capacity());
    }

    /// A roller that died between the rename and naming the new segment active left an empty file there. Any
    /// other file in that place, put there by hand, stays: the roll refuses to replace it, and names it.
    private void dropHalfDoneRoll(long target, long activeBase) throws IOException {
        if (target == activeBase) {
            return;
        }
        Path path = paths.segment(target);
        Storage.FileKind kind = storage.kind(path);
        if (kind == Storage.FileKind.REGULAR && isEmptySegment(target)) {
            segments.forget(target);
            boolean _ = factory.unlink(path);
        } else if (kind != Storage.FileKind.ABSENT) {
            LOG.log(System.Logger.Level.ERROR, "{0} is no half-done roll and stays; move it away", path);
            return;
        }
        Path index = paths.index(target);
        if (storage.kind(index) == Storage.FileKind.REGULAR) {
            boolean _ = factory.unlink(index);
        }
    }

    private boolean isEmptySegment(long base) throws IOException {
        segments.forget(base);
        Optional<Segment> segment = segments.acquire(base);
        if (segment.isEmpty()) {
            return false;
        }
        try {
            return segment.get().isEmpty();
        } finally {
            segment.get().release();
        }
    }

    private void dropLostPreparation() throws IOException {
        long nonce = state.preparedNonce();
        if (nonce != 0) {
            boolean there = storage.list(paths.directory()).stream()
                    .anyMatch(name -> ShardPaths.isPrepared(name) && ShardPaths.preparedNonce(name) == nonce);
            if (!there) {
                state.casPreparedNonce(nonce, 0);
            }
        }
        leftBehind.addAll(factory.leftBehind(state.preparedNonce()));
    }

    /// Deletes what a repair found that dead processes had prepared. Called without the lock: to unlink a large file
    /// takes milliseconds.
    void unlinkLeftBehind() throws IOException {
        for (Path next = leftBehind.poll(); next != null; next = leftBehind.poll()) {
            boolean _ = factory.unlink(next);
        }
    }

    boolean hasLeftBehind() {
        return !leftBehind.isEmpty();
    }

    /// Room that a seal needs behind the last frame.
    static boolean hasRoomForSeal(Segment segment, long position) {
        return position + FrameDescriptor.SEAL_LENGTH <= segment.capacity();
    }
}
