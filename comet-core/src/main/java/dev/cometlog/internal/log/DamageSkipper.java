package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Finds where reading can go on behind a frame that does not verify, and under which offset.
///
/// A place counts only if a frame verifies there, and an offset only if it follows from one that is known: by
/// walking from the place to a frame that the index numbers, to the seal, or to the end of what is published.
/// Made for one search: what it copied of a segment may be out of date at the next.
final class DamageSkipper {
    /// Bytes that one search may check; it ends long before on anything but crafted data.
    private static final long SEARCH_BUDGET = 256L << 20;

    private static final int SNAPSHOT_TRIES = 100_000;
    private static final int TRIES_BETWEEN_PAUSES = 64;
    private static final long PAUSE_NANOS = 50_000;

    private final ShardView view;
    private final FrameReader frames;
    private long searchBudget = SEARCH_BUDGET;

    DamageSkipper(ShardView view) {
        this.view = view;
        // Frames are numbered by the count in front of them, so that nothing has to be expanded.
        this.frames = new FrameReader(null);
    }

    /// A frame, the seal or the end of what is published, with the offset that starts there.
    record Place(int position, long offset) {}

    /// Returns where to go on behind the damaged frame at `position`, whose first offset is `offset`;
    /// null if nothing behind it in this segment can be numbered.
    ///
    /// @throws CometException.ShardBusy if only the end could number it, and a writer stands in the way
    @Nullable
    Place behind(Segment segment, int position, long offset) {
        Place published = published(segment, position, offset);
        int limit = published == null ? segment.capacity() : published.position();
        Place indexed = nextIndexed(segment, position, offset, limit);
        Place anchor = indexed == null ? published : indexed;
        int bound = anchor == null ? limit : anchor.position();

        int linked = link(segment, position, bound);
        Place next = linked < 0 ? null : numbered(segment, linked, offset, anchor, bound);
        if (next != null && next.offset() - offset == claimedEntries(segment, position)) {
            return next;
        }
        // Its length may be what is damaged: then there may be frames before the place that it leads to.
        int found = search(segment, position, next == null ? bound : next.position());
        Place searched = found < 0 ? null : numbered(segment, found, offset, anchor, bound);
        if (searched != null) {
            return searched;
        }
        return next != null ? next : anchor;
    }

    /// Where and at which offset the active segment ends, or a place behind `position` that is known although a writer
    /// is inside; null if this is not the active one.
    private @Nullable Place published(Segment segment, int position, long offset) {
        ShardState state = view.state();
        for (int i = 0; i < SNAPSHOT_TRIES; i++) {
            if (state.activeBase() != segment.baseOffset()) {
                return null;
            }
            long holder = state.lockWord();
            long generation = state.generation();
            long end = state.endOffset();
            long written = state.writePosition();
            // Every append moves the end, and every roll the generation: if both stood still while nobody held
            // the lock, position and end belong together.
            if (holder == 0
                    && state.activeBase() == segment.baseOffset()
                    && state.lockWord() == 0
                    && state.endOffset() == end
                    && state.generation() == generation) {
                boolean plausible = written >= SegmentHeader.LENGTH && written <= segment.capacity();
                return plausible ? new Place((int) written, end) : null;
            }
            if (i % TRIES_BETWEEN_PAUSES == TRIES_BETWEEN_PAUSES - 1) {
                Place settled = settled(segment, position, offset, end);
                if (settled != null) {
                    return settled;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
        throw new CometException.ShardBusy(view.id() + ": a damaged frame can be passed over only while no writer is "
                + "inside the shard; incarnation " + Long.toHexString(state.lockWord()) + " has been all the time");
    }

    /// A place behind `position` that no writer changes any more, so that it takes nobody's leave to go there: the
    /// holder of the lock may be stopped, at a cure, or dead and not replaced yet.
    ///
    /// @param end what was published before
    private @Nullable Place settled(Segment segment, int position, long offset, long end) {
        Checkpoint checkpoint = view.state().checkpoint().orElse(Checkpoint.FIRST);
        if (checkpoint.segmentBase() == segment.baseOffset()
                && checkpoint.durableOffset() > offset
                && checkpoint.position() > position
                && checkpoint.position() <= segment.capacity()) {
            return new Place((int) checkpoint.position(), checkpoint.durableOffset());
        }
        Place indexed = nextIndexed(segment, position, offset, segment.capacity());
        return indexed != null && indexed.offset() < end ? indexed : null;
    }

    private @Nullable Place nextIndexed(Segment segment, int position, long offset, int limit) {
        SegmentIndex index = segment.index();
        int slot = index.higherPosition(position);
        for (; slot >= 0; slot = index.higherPosition(index.position(slot))) {
            int at = index.position(slot);
            if (at >= limit) {
                return null;
            }
            long first = segment.baseOffset() + index.relativeOffset(slot);
            if (first > offset && check(segment, at) == FrameReader.Found.ENTRIES) {
                return new Place(at, first);
            }
        }
        return null;
    }

    /// The place that the damaged frame's own length leads to; -1 unless a frame verifies there or `bound` is there.
    private int link(Segment segment, int position, int bound) {
        check(segment, position);
        int word = frames.word();
        long next = (long) position + FrameDescriptor.frameLength(word);
        if (word == 0 || next > bound) {
            return -1;
        }
        return next == bound || isFrame(check(segment, (int) next)) ? (int) next : -1;
    }

    /// How many entries the damaged frame says it holds; -1 if it does not say.
    private long claimedEntries(Segment segment, int position) {
        check(segment, position);
        int word = frames.word();
        return FrameDescriptor.isMany(word) ? frames.claimedCount(segment, position) : 1;
    }

    /// Looks at every byte for two frames in a row, or one and the seal, or one and `bound`; -1 if there are none.
    private int search(Segment segment, int position, int bound) {
        for (int at = position + 1; at < bound && searchBudget > 0; at++) {
            FrameReader.Found found = frames.verify(segment, at, 0, Long.MAX_VALUE, FrameDescriptor.TARGET_BODY_LENGTH);
            int length = FrameDescriptor.bodyLength(frames.word());
            searchBudget -= length <= FrameDescriptor.TARGET_BODY_LENGTH ? length + 1 : 1;
            if (!isFrame(found)) {
                continue;
            }
            int next = at + FrameDescriptor.frameLength(frames.word());
            if (found == FrameReader.Found.SEAL || next == bound || isFrame(check(segment, next))) {
                return at;
            }
        }
        return -1;
    }

    /// The place at `position`, behind one damaged frame or more of which the first starts at `offset`; null if no
    /// offset can be proven. Found by walking to a place that is known, over more damage if need be.
    private @Nullable Place numbered(Segment segment, int position, long offset, @Nullable Place anchor, int bound) {
        long walked = 0;
        long damaged = 1;
        int at = position;
        long known;
        while (true) {
            if (anchor != null && at == anchor.position()) {
                known = anchor.offset();
                break;
            }
            if (at >= bound) {
                return null;
            }
            FrameReader.Found found = check(segment, at);
            if (found == FrameReader.Found.SEAL) {
                known = frames.sealedEnd();
                break;
            }
            int entries = found == FrameReader.Found.ENTRIES ? frames.count() : -1;
            if (entries > 0) {
                walked += entries;
                at += FrameDescriptor.frameLength(frames.word());
            } else {
                int next = link(segment, at, bound);
                at = next >= 0 ? next : search(segment, at, bound);
                if (at < 0) {
                    return null;
                }
                damaged++;
            }
        }
        long missing = known - walked - offset;
        // Every damaged range holds one entry at least. Behind the first of several the offset is known only if
        // each holds exactly one.
        boolean proven = damaged == 1 ? missing > 0 : missing == damaged;
        return proven ? new Place(position, offset + missing - (damaged - 1)) : null;
    }

    private FrameReader.Found check(Segment segment, int position) {
        return frames.verify(segment, position, 0, Long.MAX_VALUE);
    }

    private static boolean isFrame(FrameReader.Found found) {
        return found == FrameReader.Found.ENTRIES || found == FrameReader.Found.SEAL;
    }
}
