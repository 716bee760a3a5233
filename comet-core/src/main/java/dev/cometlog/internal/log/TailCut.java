package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
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

    // Where the kept entries end.
    private long end;
    private long endBase = ShardState.NO_SEGMENT;
    private int endPosition = SegmentHeader.LENGTH;
    private long lastTimestamp;
    private boolean sealed;

    /// The first segment of which something may never have been forced, or whose name may not have been.
    private long forceFrom = ShardState.NO_SEGMENT;

    /// What a lost checkpoint had promised not to use again.
    private long reservedEnd;

    TailCut(ShardContext context, ShardStorage files) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.segments = files.segments();
    }

    /// Keeps all below the durable offset and the whole batches above it up to the first hole.
    void fromCheckpoint(Checkpoint checkpoint) throws IOException {
        end = checkpoint.durableOffset();
        endBase = checkpoint.segmentBase();
        endPosition = (int) checkpoint.position();
        forceFrom = endBase;
        if (endBase == ShardState.NO_SEGMENT) {
            long first = successor(endBase, end);
            walkFrom(first, SegmentHeader.LENGTH, first);
        } else {
            walkFrom(endBase, endPosition, end);
        }
        boolean clean = checkpoint.reservedEnd() == end && checkpoint.durableOffset() == end;
        reservedEnd = Math.max(checkpoint.reservedEnd(), end);
        finish(clean);
    }

    /// Keeps everything that the segments hold; offsets handed out since are unknown, so a wide step is made.
    ///
    /// @param reserved what is known to be reserved, or 0
    void fromSegments(long reserved) throws IOException {
        long[] bases = segments.bases();
        int last = bases.length - 1;
        while (last >= 0) {
            Segment segment = segments.acquire(bases[last]).orElse(null);
            if (segment != null) {
                segment.release();
                break;
            }
            last--;
        }
        if (last >= 0) {
            end = bases[last];
            endBase = bases[last];
            walkFrom(bases[last], SegmentHeader.LENGTH, bases[last]);
        } else if (bases.length > 0) {
            end = bases[bases.length - 1];
        }
        reservedEnd = Math.max(reserved, bases.length == 0 ? end : end + ShardSync.RESERVED_AHEAD);
        finish(false);
    }

    /// Follows the segments from one on, whose frame at that position has that offset, as far as they hold.
    private void walkFrom(long firstBase, int firstPosition, long firstOffset) throws IOException {
        long base = firstBase;
        int position = firstPosition;
        long offset = firstOffset;
        while (base != ShardState.NO_SEGMENT) {
            Segment segment = segments.acquire(base).orElse(null);
            if (segment == null) {
                return;
            }
            try {
                FrameWalker walker = new FrameWalker(segment, position, offset, segment.capacity());
                walker.walkToEnd();
                if (walker.batchOffset() == base && base != firstBase && !walker.isAtSeal()) {
                    // Nothing in it holds: the segment before, sealed, is where the kept entries end.
                    return;
                }
                end = walker.batchOffset();
                endBase = base;
                endPosition = walker.batchPosition();
                lastTimestamp = Math.max(
                        Math.max(lastTimestamp, segment.header().baseTimestamp()),
                        walker.batchTimestamp(segment.header().baseTimestamp()));
                sealed = walker.isAtSeal() && walker.offset() == walker.batchOffset();
            } finally {
                segment.release();
            }
            base = successor(base, end);
            position = SegmentHeader.LENGTH;
            offset = base;
        }
    }

    /// The segment behind the one at `base` if that ends at `offset`: it starts there, or says that offsets
    /// were jumped over from there.
    private long successor(long base, long offset) throws IOException {
        for (long next : segments.bases()) {
            if (next > base && next >= offset) {
                Segment segment = segments.acquire(next).orElse(null);
                boolean follows = segment != null && segment.header().previousEnd() == offset;
                if (segment != null) {
                    segment.release();
                }
                return follows ? next : ShardState.NO_SEGMENT;
            }
        }
        return ShardState.NO_SEGMENT;
    }

    private void finish(boolean clean) throws IOException {
        Segment last = endBase == ShardState.NO_SEGMENT
                ? null
                : segments.acquire(endBase).orElse(null);
        try {
            boolean inPlace = clean
                    && (last == null
                            || (!sealed && last.capacity() == last.header().capacity()));
            if (last != null && !inPlace && end == endBase) {
                // Sealed where it starts, it would lead readers to itself.
                reservedEnd = Math.max(reservedEnd, endBase);
                dropEmpty(last);
                last.release();
                last = endBase == ShardState.NO_SEGMENT
                        ? null
                        : segments.acquire(endBase).orElse(null);
            }
            quarantineBehind();
            if (last != null && !inPlace && endBase != ShardState.NO_SEGMENT) {
                cut(last);
            } else if (last != null) {
                last.index().dropFrom(endPosition);
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

    /// Goes back to where the segment before an empty one ends. Offsets that were jumped over in between are
    /// jumped over again, in one step: the next segment must follow what readers find before it.
    private void dropEmpty(Segment empty) throws IOException {
        long before = ShardState.NO_SEGMENT;
        for (long base : segments.bases()) {
            if (base < empty.baseOffset()) {
                before = base;
            }
        }
        end = empty.header().previousEnd();
        endBase = ShardState.NO_SEGMENT;
        endPosition = SegmentHeader.LENGTH;
        sealed = false;
        if (before != ShardState.NO_SEGMENT) {
            endOf(before);
        }
    }

    /// Takes the end of the segment before for the shard's, if that is where it has to be.
    private void endOf(long base) throws IOException {
        Segment segment = segments.acquire(base).orElse(null);
        if (segment == null) {
            return;
        }
        try {
            FrameWalker walker = new FrameWalker(segment, SegmentHeader.LENGTH, base, segment.capacity());
            walker.walkToEnd();
            if (walker.batchOffset() == end) {
                endBase = base;
                endPosition = walker.batchPosition();
                sealed = walker.isAtSeal();
            }
        } finally {
            segment.release();
        }
    }

    /// Wipes what lies behind the kept entries and seals there.
    private void cut(Segment last) throws IOException {
        StorageFile file = last.channel();
        if (file == null) {
            throw new IOException(last.path() + " is not open for writing");
        }
        last.index().dropFrom(Math.min(endPosition, last.capacity()));
        if (!sealed) {
            wipe(last, file);
            if (KillPoint.ENABLED) {
                KillPoint.RECOVERY_CUT.reached();
            }
            if (endPosition + FrameDescriptor.SEAL_LENGTH <= last.header().capacity()) {
                byte[] seal = seal(last);
                file.write(endPosition, seal, 0, seal.length);
            }
        }
        if (KillPoint.ENABLED) {
            KillPoint.RECOVERY_SEALED.reached();
        }
        // The mapping may be shorter than the file is now.
        segments.forget(endBase);
    }

    private void wipe(Segment last, StorageFile file) throws IOException {
        int behind = last.capacity() - endPosition;
        byte[] zeros = new byte[Math.clamp(behind, 0, 1 << 20)];
        for (int at = endPosition; at < last.capacity(); at += zeros.length) {
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
        LittleEndian.putLong(frame, FrameDescriptor.HEADER_LENGTH, end);
        int bodyCrc = Crc.of(frame, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.SEAL_BODY_LENGTH);
        int delta = (int) Math.clamp(lastTimestamp - last.header().baseTimestamp(), 0, FrameDescriptor.MAX_TIME_DELTA);
        LittleEndian.putInt(frame, FrameDescriptor.LENGTH_FIELD, FrameDescriptor.SEAL_WORD);
        LittleEndian.putInt(frame, FrameDescriptor.TIME_DELTA_FIELD, delta);
        LittleEndian.putInt(
                frame,
                FrameDescriptor.CRC_FIELD,
                FrameDescriptor.crcField(bodyCrc, last.nonce(), endPosition, FrameDescriptor.SEAL_WORD, delta));
        return frame;
    }

    /// Moves segments that come behind the end out of the way, and an empty one that starts there.
    private void quarantineBehind() throws IOException {
        boolean moved = false;
        for (long base : segments.bases()) {
            boolean isBehind = base > endBase && base >= end;
            if (isBehind) {
                moveToQuarantine(files.paths().segment(base));
                segments.forget(base);
                moved = true;
            }
        }
        if (moved) {
            context.storage().forceDirectory(files.paths().quarantine());
        }
    }

    /// Makes all that was kept durable, names included: what was found in the page cache, or came through the last
    /// power loss by chance, need not come through the next one, and nothing forces it again once it is called
    /// durable.
    private void forceKept() throws IOException {
        for (long base : segments.bases()) {
            if (base >= forceFrom && base <= endBase) {
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
            StorageFile file = segment.channel();
            if (file == null) {
                throw new IOException(segment.path() + " is not open for writing");
            }
            file.force();
        } finally {
            segment.release();
        }
    }

    private void moveToQuarantine(Path segment) throws IOException {
        Storage storage = context.storage();
        Path quarantine = files.paths().quarantine();
        if (storage.kind(quarantine) == Storage.FileKind.ABSENT) {
            storage.createDirectory(quarantine);
        }
        Path target = freeName(quarantine, String.valueOf(segment.getFileName()));
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} lies behind the recovered end {1}; moved to {2}",
                segment,
                end,
                target);
        storage.rename(segment, target);
    }

    /// Nothing that was moved there before is replaced.
    private Path freeName(Path quarantine, String name) throws IOException {
        Path free = quarantine.resolve(name);
        for (int i = 1; context.storage().kind(free) != Storage.FileKind.ABSENT; i++) {
            free = quarantine.resolve(name + "." + i);
        }
        return free;
    }

    private void write(@Nullable Segment active) {
        state.endOffset(end);
        state.durableOffset(end);
        state.lastTimestamp(lastTimestamp);
        state.generation(state.generation() + 1);
        if (active != null) {
            state.activeBase(endBase);
            state.writePosition(endPosition);
            state.writeLimit(endPosition);
            state.nextBase(0);
        } else {
            state.activeBase(ShardState.NO_SEGMENT);
            state.writePosition(SegmentHeader.LENGTH);
            state.writeLimit(SegmentHeader.LENGTH);
            state.nextBase(reservedEnd);
        }
        // Nothing may be appended before a reservation is durable.
        state.appendLimit(end);
        long sequence = state.checkpoint().map(Checkpoint::sequence).orElse(0L);
        state.checkpoint(new Checkpoint(
                sequence + 1, end, endPosition, endBase, Math.max(reservedEnd, end), state.generation()));
    }
}
