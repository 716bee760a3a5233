package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Makes a prepared segment the active one. Called by the holder of the lock word.
///
/// 1. header into the prepared file; dying here leaves a prepared file, which is swept
/// 2. rename of index and segment; dying here leaves an empty `<end>.log` that is not active: repair drops it
/// 3. seal frame into the old segment; dying here leaves it behind the end offset: repair wipes it
/// 4. active base, write position, generation: from the first of these on the new segment counts, and repair
///    finishes the rest
final class SegmentRoller {
    private final Storage storage;
    private final ShardId id;
    private final ShardPaths paths;
    private final ShardState state;
    private final Segments segments;
    private final SegmentFactory factory;

    SegmentRoller(
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

    /// Rolls from `old` to `next` and returns the new active segment, already in the catalogue.
    Segment roll(@Nullable Segment old, PreparedSegment next, long nowMicros) throws IOException {
        Events.Roll event = Events.areWanted() ? new Events.Roll() : null;
        if (event != null) {
            event.begin();
        }
        long end = state.endOffsetPlain();
        long base = Math.max(end, state.nextBase());
        long timestamp = Math.max(nowMicros, state.lastTimestamp());
        Path path = paths.segment(base);
        if (state.activeBase() != base && storage.kind(path) != Storage.FileKind.ABSENT) {
            throw new CometException.Damaged(path, "a segment that is not ours stands where the next one goes");
        }
        SegmentHeader header = new SegmentHeader(
                id.streamHash(),
                id.shard(),
                id.shardCount(),
                base,
                previousEnd(old, base, end),
                timestamp,
                next.nonce(),
                next.capacity());
        Segment segment = next.begin(path, header, state.rewrites());
        if (KillPoint.ENABLED) {
            KillPoint.ROLL_HEADER_WRITTEN.reached();
        }
        factory.renameOver(next.indexPath(), paths.index(base));
        if (KillPoint.ENABLED) {
            KillPoint.ROLL_INDEX_RENAMED.reached();
        }
        factory.renameOver(next.path(), path);
        if (KillPoint.ENABLED) {
            KillPoint.ROLL_RENAMED.reached();
        }
        if (old != null && old.baseOffset() != base) {
            seal(old, end);
        }
        if (KillPoint.ENABLED) {
            KillPoint.ROLL_SEALED.reached();
        }
        activate(segment, base, end);
        if (event != null) {
            event.baseOffset = base;
            event.capacity = next.capacity();
            event.commit(id);
        }
        return segment;
    }

    /// An empty segment that is replaced may have been the one that jumped over offsets: the new one did then too.
    private static long previousEnd(@Nullable Segment old, long base, long end) {
        return old != null && old.baseOffset() == base ? old.header().previousEnd() : end;
    }

    private void seal(Segment old, long end) {
        int position = (int) state.writePosition();
        if (!ShardRepair.hasRoomForSeal(old, position)) {
            return;
        }
        state.writeLimit((long) position + FrameDescriptor.SEAL_LENGTH);
        byte[] body = new byte[FrameDescriptor.SEAL_BODY_LENGTH];
        LittleEndian.putLong(body, 0, end);
        LittleEndian.putLong(old.memory(), position + FrameDescriptor.HEADER_LENGTH, end);
        long delta =
                Math.clamp(state.lastTimestamp() - old.header().baseTimestamp(), 0, FrameDescriptor.MAX_TIME_DELTA);
        old.writeFrameHeader(position, FrameDescriptor.SEAL_WORD, Crc.of(body, 0, body.length), (int) delta);
    }

    private void activate(Segment segment, long base, long end) {
        state.activeBase(base);
        if (KillPoint.ENABLED) {
            KillPoint.ROLL_ACTIVE_SET.reached();
        }
        state.writePosition(SegmentHeader.LENGTH);
        state.writeLimit(SegmentHeader.LENGTH);
        if (base > end) {
            state.counters().add(ShardCounters.Counter.LOST, base - end);
            state.endOffset(base);
            state.nextBase(0);
        }
        state.counters().addHeld(ShardCounters.Counter.ROLLS, 1);
        state.generation(state.generation() + 1);
        segments.adopt(segment);
    }
}
