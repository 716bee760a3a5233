package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finds the end of a shard whose state page cannot be believed, cuts off what lies behind it and sets the
/// state page accordingly. Everything it writes goes through file writes and is forced before the state says so.
final class TailCut {
    private static final System.Logger LOG = System.getLogger(TailCut.class.getName());

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final Segments segments;
    private final Quarantine quarantine;

    /// Where the kept entries end.
    private final TailWalk kept;

    /// The first segment of which something may never have been forced, or whose name may not have been.
    private long forceFrom = ShardState.NO_SEGMENT;

    /// Where in that segment.
    private long forceFromPosition;

    /// Whether nobody forced what lies before that.
    private boolean copied;

    /// What a lost checkpoint had promised not to use again.
    private long reservedEnd;

    TailCut(ShardContext context, ShardStorage files) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.segments = files.segments();
        this.quarantine = new Quarantine(context.storage(), files.paths());
        this.kept = new TailWalk(segments);
    }

    /// Keeps all below the durable offset and the whole batches above it up to the first hole.
    void fromCheckpoint(Checkpoint checkpoint) throws IOException {
        kept.fromCheckpoint(checkpoint);
        forceFrom = checkpoint.segmentBase();
        forceFromPosition = checkpoint.position();
        boolean clean = checkpoint.reservedEnd() == kept.end() && checkpoint.durableOffset() == kept.end();
        reservedEnd = Math.max(checkpoint.reservedEnd(), kept.end());
        finish(clean);
    }

    /// Keeps what was copied up to the first segment that was not copied whole.
    ///
    /// @param checkpoint of the original, perhaps from a later or an earlier moment than the segments
    void fromCopy(Checkpoint checkpoint) throws IOException {
        kept.fromCopy();
        LOG.log(
                System.Logger.Level.INFO,
                "{0} is a copy of another log''s; all its segments were verified, and it ends at {1,number,#}",
                files.id(),
                kept.end());
        forceFrom = checkpoint.segmentBase();
        forceFromPosition = checkpoint.position();
        copied = true;
        boolean clean = checkpoint.reservedEnd() == kept.end() && checkpoint.durableOffset() == kept.end();
        reservedEnd = Math.max(checkpoint.reservedEnd(), kept.end());
        finish(clean);
    }

    /// Keeps everything that the segments hold; offsets handed out since are unknown, so a wide step is made.
    ///
    /// @param reserved what is known to be reserved, or 0
    void fromSegments(long reserved) throws IOException {
        kept.fromSegments();
        boolean none = segments.bases().length == 0;
        reservedEnd = Math.max(reserved, none ? kept.end() : kept.end() + ShardSync.RESERVED_AHEAD);
        finish(false);
    }

    private void finish(boolean clean) throws IOException {
        Segment last = kept.endBase() == ShardState.NO_SEGMENT
                ? null
                : segments.acquire(kept.endBase()).orElse(null);
        try {
            boolean inPlace = clean
                    && (last == null
                            || (!kept.sealed()
                                    && last.capacity() == last.header().capacity()));
            if (last != null && !inPlace && kept.end() == kept.endBase()) {
                // Sealed where it starts, it would lead readers to itself.
                reservedEnd = Math.max(reservedEnd, kept.endBase());
                kept.dropEmpty(last);
                last.release();
                last = kept.endBase() == ShardState.NO_SEGMENT
                        ? null
                        : segments.acquire(kept.endBase()).orElse(null);
            }
            quarantineBehind();
            if (last != null && !inPlace && kept.endBase() != ShardState.NO_SEGMENT) {
                cut(last);
            } else if (last != null) {
                last.index().dropFrom(kept.endPosition());
            }
            if (KillPoint.ENABLED) {
                KillPoint.RECOVERY_QUARANTINED.reached();
            }
            forceKept();
            write(inPlace ? last : null);
        } finally {
            if (last != null) {
                last.release();
            }
        }
    }

    /// Wipes what lies behind the kept entries and seals there.
    private void cut(Segment last) throws IOException {
        StorageFile file = last.writable();
        last.index().dropFrom(Math.min(kept.endPosition(), last.capacity()));
        if (!kept.sealed()) {
            wipe(last, file);
            if (KillPoint.ENABLED) {
                KillPoint.RECOVERY_CUT.reached();
            }
            if (kept.endPosition() + FrameDescriptor.SEAL_LENGTH
                    <= last.header().capacity()) {
                byte[] seal = seal(last);
                file.write(kept.endPosition(), seal, 0, seal.length);
            }
        }
        if (KillPoint.ENABLED) {
            KillPoint.RECOVERY_SEALED.reached();
        }
        // The mapping may be shorter than the file is now.
        segments.forget(kept.endBase());
    }

    private void wipe(Segment last, StorageFile file) throws IOException {
        int behind = last.capacity() - kept.endPosition();
        byte[] zeros = new byte[Math.clamp(behind, 0, 1 << 20)];
        for (int at = kept.endPosition(); at < last.capacity(); at += zeros.length) {
            int length = Math.min(zeros.length, last.capacity() - at);
            if (!isZero(last, at, length)) {
                file.write(at, zeros, 0, length);
            }
        }
    }

    private static boolean isZero(Segment segment, int from, int length) {
        MemorySegment part = segment.memory().asSlice(from, length);
        return part.mismatch(MemorySegment.ofArray(new byte[length])) < 0;
    }

    private byte[] seal(Segment last) {
        byte[] frame = new byte[FrameDescriptor.SEAL_LENGTH];
        LittleEndian.putLong(frame, FrameDescriptor.HEADER_LENGTH, kept.end());
        int bodyCrc = Crc.of(frame, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.SEAL_BODY_LENGTH);
        int delta = (int)
                Math.clamp(kept.lastTimestamp() - last.header().baseTimestamp(), 0, FrameDescriptor.MAX_TIME_DELTA);
        LittleEndian.putInt(frame, FrameDescriptor.LENGTH_FIELD, FrameDescriptor.SEAL_WORD);
        LittleEndian.putInt(frame, FrameDescriptor.TIME_DELTA_FIELD, delta);
        LittleEndian.putInt(
                frame,
                FrameDescriptor.CRC_FIELD,
                FrameDescriptor.crcField(bodyCrc, last.nonce(), kept.endPosition(), FrameDescriptor.SEAL_WORD, delta));
        return frame;
    }

    /// Moves segments that come behind the end out of the way, and an empty one that starts there.
    private void quarantineBehind() throws IOException {
        boolean moved = false;
        for (long base : segments.bases()) {
            boolean isBehind = base > kept.endBase() && base >= kept.end();
            if (isBehind) {
                moveToQuarantine(files.paths().segment(base));
                segments.forget(base);
                moved = true;
            }
        }
        if (moved) {
            quarantine.force();
        }
    }

    /// Makes all that was kept durable, names included: what was found in the page cache, or came through the last
    /// power loss by chance, need not come through the next one, and nothing forces it again once it is called
    /// durable.
    ///
    /// Written anew before: a force may have failed since the machine started, in a sync or in a recovery, and what
    /// knew of it was lost.
    private void forceKept() throws IOException {
        for (long base : segments.bases()) {
            if ((copied || base >= forceFrom) && base <= kept.endBase()) {
                force(base);
            }
        }
        context.storage().forceDirectory(files.paths().directory());
    }

    private void force(long base) throws IOException {
        Segment segment = segments.acquire(base).orElse(null);
        if (segment == null) {
            return;
        }
        try {
            long end = base == kept.endBase()
                    ? Math.min((long) kept.endPosition() + FrameDescriptor.SEAL_LENGTH, segment.capacity())
                    : segment.capacity();
            if (base >= forceFrom) {
                segment.rewrite(base == forceFrom ? forceFromPosition : 0, end);
            }
            segment.writable().force();
        } finally {
            segment.release();
        }
    }

    private void moveToQuarantine(Path segment) throws IOException {
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} lies behind the recovered end {1,number,#}; moved to {2}",
                segment,
                kept.end(),
                quarantine.move(segment));
    }

    private void write(@Nullable Segment active) {
        state.endOffset(kept.end());
        state.durableOffset(kept.end());
        state.lastTimestamp(kept.lastTimestamp());
        state.generation(state.generation() + 1);
        if (active != null) {
            state.activeBase(kept.endBase());
            state.writePosition(kept.endPosition());
            state.writeLimit(kept.endPosition());
            state.nextBase(0);
        } else {
            state.activeBase(ShardState.NO_SEGMENT);
            state.writePosition(SegmentHeader.LENGTH);
            state.writeLimit(SegmentHeader.LENGTH);
            state.nextBase(reservedEnd);
        }
        // Nothing may be appended before a reservation is durable.
        state.appendLimit(kept.end());
        long sequence = state.checkpoint().map(Checkpoint::sequence).orElse(0L);
        state.checkpoint(new Checkpoint(
                sequence + 1,
                kept.end(),
                kept.endPosition(),
                kept.endBase(),
                Math.max(reservedEnd, kept.end()),
                state.generation()));
    }
}
