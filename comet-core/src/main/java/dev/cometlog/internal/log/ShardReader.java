package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.EntryVisitor;
import dev.cometlog.Gap;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A cursor over one shard: delivers entries in order, and names what it has to pass over.
///
/// Not thread-safe. It changes nothing of the shard, and holds on to a segment only during a call.
public final class ShardReader {
    private final ShardView view;
    private final ShardState state;
    private final SegmentChain chain;
    private final FrameReader frames;
    private final DamageReport damage;

    private long nextOffset;

    /// The segment of the last call, not counted as a user of it; null if the next offset must be looked up.
    private @Nullable Segment segment;

    /// Where in the segment the cursor's frame starts, and its first offset.
    private int position;

    private long frameOffset;

    /// The frame at `position` if some of its entries are behind the cursor and some before it.
    private @Nullable FrameEntries openFrame;

    private Verify openMode = Verify.CRC;

    // Of the present call.
    private long end;
    private int remaining;
    private boolean stopped;

    public ShardReader(ShardView view) {
        this(view, Codecs.installed());
    }

    /// A reader for who asks for offsets and times alone: entries in compressed frames come out empty, whether
    /// their codec is there or not.
    static ShardReader ofTimes(ShardView view) {
        return new ShardReader(view, null);
    }

    ShardReader(ShardView view, @Nullable Codecs codecs) {
        this.view = view;
        this.state = view.state();
        this.chain = new SegmentChain(view);
        this.frames = new FrameReader(codecs);
        this.damage = new DamageReport(view);
    }

    boolean isOf(ShardView other) {
        return view.state() == other.state();
    }

    /// Goes to an offset like a new reader: nothing that was read before counts.
    void restart(long offset) {
        seek(offset);
        leaveSegment();
        frames.forget();
    }

    /// Goes to an offset, which may be expired or not be assigned yet.
    public void seek(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative: offset=" + offset);
        }
        if (offset != nextOffset) {
            nextOffset = offset;
            leaveSegment();
        }
    }

    /// The offset of what comes next.
    public long nextOffset() {
        return nextOffset;
    }

    /// Delivers up to `maxEntries` entries from the next offset on, up to the end of the shard as it is now, or
    /// until the visitor returns false, and returns how many.
    ///
    /// If a visitor throws, what it was given comes again at the next call.
    ///
    /// @throws CometException.MissingCodec if the next entry is compressed with a codec that is not there
    public int scan(int maxEntries, Verify verify, EntryVisitor visitor, GapVisitor gaps) {
        end = state.endOffset();
        remaining = maxEntries;
        stopped = false;
        if (openFrame != null && openMode != verify) {
            leaveSegment();
        }
        openMode = verify;
        try {
            while (!isDone()) {
                Segment current = enter();
                if (current == null) {
                    long base = chain.floor(nextOffset);
                    passMissing(Math.max(base, 0), base, gaps);
                    continue;
                }
                try {
                    scanSegment(current, visitor, gaps);
                } finally {
                    current.release();
                }
            }
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot read " + view.id() + ": " + e.getMessage(), e);
        }
        if (openFrame == null && nextOffset >= end) {
            frames.rest();
        }
        return maxEntries - remaining;
    }

    private boolean isDone() {
        return nextOffset >= end || remaining <= 0 || stopped;
    }

    /// The segment that holds the next offset or comes last before it, with a reference; null if it is gone.
    private @Nullable Segment enter() throws IOException {
        Segment known = segment;
        if (known != null) {
            if (!view.segments().isReplaced(known) && known.acquire()) {
                return known;
            }
            // Its mapping was let go of, or is of a file that was replaced by a copy: the place is still right.
            Segment again = acquire(known.baseOffset());
            if (again != null && again.nonce() == known.nonce()) {
                openFrame = null;
                segment = again;
                return again;
            }
            if (again != null) {
                again.release();
            }
            leaveSegment();
        }
        long base = chain.floor(nextOffset);
        Segment found = base < 0 ? null : acquire(base);
        while (found == null && base > 0) {
            // A file that only has the name of a segment hides nothing of the one that it stands in the middle of.
            base = chain.floor(base - 1);
            found = base < 0 ? null : acquire(base);
        }
        if (found != null) {
            enterNear(found);
        }
        return found;
    }

    private @Nullable Segment acquire(long base) throws IOException {
        return view.segments().acquire(base).orElse(null);
    }

    /// Goes to the last indexed frame that starts at or below the next offset.
    private void enterNear(Segment found) {
        enterAt(found, SegmentHeader.LENGTH, found.baseOffset());
        SegmentIndex index = found.index();
        int slot = index.floorOffset(nextOffset - found.baseOffset(), found.capacity());
        if (slot >= 0) {
            enterAt(found, index.position(slot), found.baseOffset() + index.relativeOffset(slot));
        }
    }

    private void enterAt(Segment found, int at, long offset) {
        segment = found;
        position = at;
        frameOffset = offset;
        openFrame = null;
    }

    private void leaveSegment() {
        segment = null;
        openFrame = null;
    }

    private void scanSegment(Segment current, EntryVisitor visitor, GapVisitor gaps) throws IOException {
        while (!isDone() && segment == current) {
            if (frameOffset > nextOffset) {
                tell(gaps, Math.min(frameOffset, end), Gap.Reason.DAMAGE);
            } else if (openFrame != null) {
                deliverOpen(current, openFrame, visitor, gaps);
            } else if (openMode == Verify.CRC) {
                if (frameOffset == nextOffset) {
                    deliverLone(current, visitor);
                }
                if (!isDone()) {
                    readFrame(current, gaps);
                }
            } else {
                readMapped(current, gaps);
            }
        }
    }

    /// Delivers frames of one plain entry each while they lie whole in the buffer and verify; whatever else
    /// comes next is left to [#readFrame].
    private void deliverLone(Segment current, EntryVisitor visitor) {
        FrameBuffer buffer = frames.buffer();
        int index = buffer.hold(current, position, FrameDescriptor.HEADER_LENGTH, nextOffset, end);
        if (index < 0) {
            return;
        }
        byte[] bytes = buffer.bytes();
        int headersEnd = buffer.held() - FrameDescriptor.HEADER_LENGTH;
        int shift = position - index;
        long nonce = current.nonce();
        long baseTimestamp = current.header().baseTimestamp();
        long first = nextOffset;
        long offset = first;
        long last = Math.min(Math.min(end, buffer.visibleEnd()), first + remaining);
        try {
            while (offset < last && index <= headersEnd) {
                int word = LittleEndian.getInt(bytes, index + FrameDescriptor.LENGTH_FIELD);
                int length = FrameDescriptor.bodyLength(word);
                boolean plain = (word & ~(FrameDescriptor.MAX_BODY_LENGTH | FrameDescriptor.MORE_FOLLOWS)) == 0;
                if (!plain || length == 0 || length > headersEnd - index) {
                    break;
                }
                int body = index + FrameDescriptor.HEADER_LENGTH;
                int delta = LittleEndian.getInt(bytes, index + FrameDescriptor.TIME_DELTA_FIELD);
                int crc = FrameDescriptor.crcField(Crc.of(bytes, body, length), nonce, index + shift, word, delta);
                if (LittleEndian.getInt(bytes, index + FrameDescriptor.CRC_FIELD) != crc) {
                    break;
                }
                boolean more =
                        visitor.visit(offset, baseTimestamp + (delta & 0xffff_ffffL), buffer.memory(), body, length);
                offset++;
                index = body + length;
                if (!more) {
                    stopped = true;
                    break;
                }
            }
        } finally {
            remaining -= (int) (offset - first);
            nextOffset = offset;
            frameOffset = offset;
            position = index + shift;
        }
    }

    /// Takes the frame at the cursor: opens it, passes over it, follows the seal, or skips damage.
    private void readFrame(Segment current, GapVisitor gaps) throws IOException {
        switch (frames.verify(current, position, frameOffset, end)) {
            case ENTRIES -> {
                if (!passesCompressed()) {
                    takeFrame(current, frames.open(), gaps);
                }
            }
            case SEAL -> followSeal(current, frames.sealedEnd(), gaps);
            case NOTHING, DAMAGE -> passDamage(current, gaps);
        }
    }

    /// Passes over a compressed frame that ends before the cursor, which takes neither its codec nor its time.
    private boolean passesCompressed() {
        if (FrameDescriptor.codec(frames.word()) == 0 || frameOffset == nextOffset) {
            return false;
        }
        int count = frames.count();
        boolean passes = count > 0 && frameOffset + count <= nextOffset;
        if (passes) {
            passFrame(frameOffset + count);
        }
        return passes;
    }

    private void readMapped(Segment current, GapVisitor gaps) throws IOException {
        FrameEntries entries = frames.openMapped(current, position);
        if (entries == null) {
            readFrame(current, gaps);
        } else {
            takeFrame(current, entries, gaps);
        }
    }

    private void takeFrame(Segment current, @Nullable FrameEntries entries, GapVisitor gaps) throws IOException {
        if (entries == null) {
            passDamage(current, gaps);
            return;
        }
        long behind = frameOffset + entries.count();
        if (behind <= nextOffset) {
            passFrame(behind);
            return;
        }
        for (long offset = frameOffset; offset < nextOffset; offset++) {
            if (!entries.next()) {
                passRest(current, gaps, behind);
                return;
            }
        }
        openFrame = entries;
    }

    private void passFrame(long behind) {
        position += FrameDescriptor.frameLength(frames.word());
        frameOffset = behind;
        openFrame = null;
    }

    private void deliverOpen(Segment current, FrameEntries entries, EntryVisitor visitor, GapVisitor gaps) {
        long timestamp = current.header().baseTimestamp() + frames.timeDelta();
        long behind = frameOffset + entries.count();
        long first = nextOffset;
        long offset = first;
        long last = Math.min(Math.min(behind, end), first + remaining);
        boolean whole = true;
        try {
            while (offset < last && !stopped) {
                if (!entries.next()) {
                    whole = false;
                    break;
                }
                stopped = !visitor.visit(offset, timestamp, entries.memory(), entries.position(), entries.length());
                offset++;
            }
        } finally {
            remaining -= (int) (offset - first);
            nextOffset = offset;
            if (whole && offset < behind && entries.left() < behind - offset) {
                // The visitor threw: its entry is walked to again.
                openFrame = null;
            }
        }
        if (!whole) {
            passRest(current, gaps, behind);
        } else if (offset == behind) {
            passFrame(behind);
        }
    }

    /// Passes over the rest of a frame that verifies and yet is malformed: only a faulty writer makes one.
    private void passRest(Segment current, GapVisitor gaps, long behind) {
        openFrame = null;
        tell(gaps, Math.min(behind, end), Gap.Reason.DAMAGE);
        if (segment == current) {
            passFrame(behind);
        }
    }

    private void followSeal(Segment current, long sealedEnd, GapVisitor gaps) throws IOException {
        if (sealedEnd > nextOffset && sealedEnd > frameOffset) {
            // Frames were missing before the seal, which no writer of ours leaves.
            frameOffset = sealedEnd;
            return;
        }
        follow(current, sealedEnd, gaps);
    }

    /// Goes from the end of a segment, which is `expected`, to what follows it.
    private void follow(Segment current, long expected, GapVisitor gaps) throws IOException {
        Segment next = expected > current.baseOffset() ? acquire(expected) : null;
        if (next == null) {
            passMissing(expected, current.baseOffset(), gaps);
            return;
        }
        try {
            enterNear(next);
        } finally {
            next.release();
        }
    }

    private void passDamage(Segment current, GapVisitor gaps) throws IOException {
        if (view.segments().isReplaced(current)) {
            // The copy may hold what the disk has lost of this one.
            leaveSegment();
            return;
        }
        if (chain.endsAt(current, frameOffset)) {
            follow(current, frameOffset, gaps);
            return;
        }
        DamageSkipper.Place place = new DamageSkipper(view).behind(current, position, frameOffset);
        if (place == null) {
            passMissing(frameOffset, current.baseOffset(), gaps);
            return;
        }
        enterAt(current, place.position(), place.offset());
    }

    /// Passes over offsets from the next one on that no segment holds.
    ///
    /// @param expected where a segment should have started
    /// @param above the base of the segment before; what was jumped over lies behind it
    private void passMissing(long expected, long above, GapVisitor gaps) throws IOException {
        Segment following = chain.above(above).orElse(null);
        if (following != null) {
            following.release();
            if (following.baseOffset() <= nextOffset) {
                enterNear(following);
                return;
            }
        }
        SegmentHeader header = following == null ? null : following.header();
        LostRange lost = LostRange.before(header, nextOffset, expected, end);
        // Read last: a file that was unlinked meanwhile is below the start offset that was published before.
        long start = state.startOffset();
        if (start > nextOffset) {
            lost = new LostRange(start, Gap.Reason.RETENTION);
        }
        leaveSegment();
        tell(gaps, Math.min(lost.to(), end), lost.reason());
    }

    /// Reports offsets up to `to` as lost and goes there, unless the visitor throws.
    private void tell(GapVisitor gaps, long to, Gap.Reason reason) {
        if (to > nextOffset) {
            if (reason == Gap.Reason.DAMAGE) {
                damage.note(nextOffset, to);
            }
            gaps.gap(new Gap(view.id().stream(), view.id().shard(), nextOffset, to, reason));
            nextOffset = to;
        }
    }
}
