package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.FrameDescriptor;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// The segment that appends go to, as this process has it mapped, and when the [next one][NextSegment] is due.
///
/// Methods marked *held* are called by the holder of the shard's lock and do no I/O but the renames of a
/// roll; the others do the slow work outside the lock and hand its result over.
final class ActiveSegment {
    private static final System.Logger LOG = System.getLogger(ActiveSegment.class.getName());

    private static final long NANOS_PER_MICRO = 1000;

    /// What has to be provided outside the lock before an append can go on.
    enum Need {
        NONE,
        /// Another process made another file active: map it.
        MAP,
        /// The entry does not fit: a prepared segment.
        ROLL,
        /// No offsets are reserved.
        OFFSETS,
        RETRY
    }

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final SegmentRoller roller;
    private final NextSegment nextSegment;

    /// Guarded by the shard's lock: the mapped segment, which this holds a reference to, and its generation.
    private @Nullable Segment segment;

    /// Also read as a hint, by housekeeping.
    private volatile long mappedGeneration = -1;

    /// Which segment is held, and since when by the monotonic clock: how old it is if the wall clock was set back.
    private volatile long heldNonce;

    private volatile long heldSinceNanos;

    /// The position from which a next segment should be prepared. Written under the lock, read as a hint.
    private volatile int prepareAt = Integer.MAX_VALUE;

    /// Bytes a second that went to the segment which this process rolled last; 0 before the first roll.
    private volatile long bytesPerSecond;

    /// Mapped outside the lock for whoever gets the lock next; guarded by this.
    private @Nullable Segment found;

    private volatile long foundGeneration = -1;
    private boolean closed;

    /// Whether a preparation was asked for; only a hint.
    private volatile boolean preparing;

    ActiveSegment(ShardContext context, ShardStorage files, ShardRetention retention) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.nextSegment = new NextSegment(context, files, retention);
        this.roller = new SegmentRoller(
                context.storage(), files.id(), files.paths(), state, files.segments(), files.factory());
    }

    /// What comes after this one.
    NextSegment next() {
        return nextSegment;
    }

    /// Held. The mapped active segment, after [#need] answered [Need#NONE].
    Segment segment() {
        if (segment == null) {
            throw new AssertionError("no segment is mapped");
        }
        return segment;
    }

    /// Held. What is missing for an append of that many bytes and entries.
    Need need(int bytes, int count, long nowMicros, long rollMicros) {
        if (state.generation() != mappedGeneration && !takeFound()) {
            return Need.MAP;
        }
        long end = state.endOffsetPlain();
        long nextBase = state.nextBase();
        if (Math.max(end, nextBase) + count > state.appendLimit()) {
            return Need.OFFSETS;
        }
        Segment current = segment;
        if (current == null || nextBase > end || state.writePosition() + bytes > current.writableEnd()) {
            return Need.ROLL;
        }
        long base = current.header().baseTimestamp();
        long age = Math.max(nowMicros, state.lastTimestamp()) - base;
        if (age <= rollMicros && nowMicros >= base && age <= FrameDescriptor.MAX_TIME_DELTA) {
            return Need.NONE;
        }
        boolean empty = end == current.baseOffset();
        boolean isOld = age > FrameDescriptor.MAX_TIME_DELTA || (!empty && isOlder(current, nowMicros, rollMicros));
        return isOld ? Need.ROLL : Need.NONE;
    }

    /// Whether a segment is older than that. One that a clock dated which was set back since would wait for the clock
    /// to come there again, years perhaps: its age is the time that this process has had it.
    private boolean isOlder(Segment current, long nowMicros, long micros) {
        long base = current.header().baseTimestamp();
        if (Math.max(nowMicros, state.lastTimestamp()) - base > micros) {
            return true;
        }
        return nowMicros < base
                && current.nonce() == heldNonce
                && context.time().nanoTime() - heldSinceNanos > micros * NANOS_PER_MICRO;
    }

    private boolean takeFound() {
        synchronized (this) {
            if (foundGeneration != state.generation()) {
                return false;
            }
            replace(found);
            found = null;
            mappedGeneration = foundGeneration;
            foundGeneration = -1;
            return true;
        }
    }

    private void replace(@Nullable Segment next) {
        if (segment != null) {
            files.segments().releaseLater(segment);
        }
        segment = next;
        if (next != null && next.nonce() != heldNonce) {
            heldSinceNanos = context.time().nanoTime();
            heldNonce = next.nonce();
        }
        prepareAt = next == null
                ? Integer.MAX_VALUE
                : SegmentSizing.prepareAt(next.capacity(), bytesPerSecond, (int) state.prepareBytes());
        preparing = false;
    }

    /// Maps what is active now, for the next holder.
    void map() {
        long generation = state.generation();
        long base = state.activeBase();
        try {
            // An empty active segment may have been replaced by a larger one of the same name.
            files.segments().forgetIfReplaced(base);
            Segment next = null;
            if (base != ShardState.NO_SEGMENT) {
                next = files.segments().acquire(base).orElse(null);
                if (next == null && state.generation() == generation) {
                    throw new CometException.Damaged(
                            files.paths().segment(base),
                            "the active segment is gone; if it was deleted by hand, close and open the log again");
                }
            }
            synchronized (this) {
                Segment before = closed ? next : found;
                if (before != null) {
                    before.release();
                }
                if (!closed) {
                    found = next;
                    foundGeneration = generation;
                }
            }
        } catch (IOException e) {
            throw IoErrors.typed("mapping the active segment of " + files.id(), e);
        }
    }

    /// Held. Rolls if a prepared segment is at hand in which that many bytes of frames fit.
    boolean rollIfPrepared(int bytes, long nowMicros) throws IOException {
        PreparedSegment next = nextSegment.take(bytes);
        if (next == null) {
            return false;
        }
        Segment old = segment;
        long filled = state.writePosition();
        Segment rolled;
        try {
            rolled = roller.roll(old, next, nowMicros);
        } catch (IOException | RuntimeException | Error e) {
            // What was renamed is no longer under its old name: that is for the repair to tell and delete.
            nextSegment.discardAfter(e, next);
            throw e;
        }
        if (old != null) {
            bytesPerSecond = SegmentSizing.rate(
                    filled,
                    Math.max(nowMicros, state.lastTimestamp()) - old.header().baseTimestamp());
            state.prepareBytes(nextBytes(old, bytesPerSecond));
        }
        rolled.acquire();
        replace(rolled);
        mappedGeneration = state.generation();
        return true;
    }

    /// The size that the segment behind `current` should have if that one fills up.
    private int nextBytes(Segment current, long rate) {
        return nextSegment.sizing().afterFull((int) Math.max(current.capacity(), state.prepareBytes()), rate);
    }

    /// How fast the present segment fills up, by its own age if enough is in it, else by that of the one before.
    private long presentRate(Segment current) {
        long position = state.writePosition();
        return position < current.capacity() / 4
                ? bytesPerSecond
                : SegmentSizing.rate(
                        position, state.lastTimestamp() - current.header().baseTimestamp());
    }

    /// Makes or maps a next segment in which that many bytes fit. A caller waits for this, so it is a small one
    /// unless one was prepared ahead.
    void prepare(int bytes) {
        SegmentSizing sizing = nextSegment.sizing();
        int needed = sizing.atLeast(0, bytes);
        int least = sizing.atLeast(sizing.first(), bytes);
        int wanted = sizing.atLeast(sizing.inline((int) state.prepareBytes()), bytes);
        if (wanted > least) {
            try {
                nextSegment.provide(wanted, needed, false, SegmentSizing.isFast(bytesPerSecond));
                return;
            } catch (CometException.LogFull | CometException.DiskFull e) {
                LOG.log(System.Logger.Level.DEBUG, "no room for a larger segment of " + files.id(), e);
            }
        }
        nextSegment.provide(least, needed, true, SegmentSizing.isFast(bytesPerSecond));
    }

    /// Asks for the next segment to be made in the background once this one is half full, or earlier if it fills
    /// fast. Called behind an append, outside the lock: waking a thread is a system call.
    void prepareIfDue() {
        if (state.writePosition() < prepareAt || preparing) {
            return;
        }
        preparing = true;
        try {
            context.preparer().execute(this::prepareAhead);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is closing: no segment is prepared", files.id());
        }
    }

    private void prepareAhead() {
        Segment current = segment;
        if (current == null) {
            nextSegment.prepareAhead(nextSegment.sizing().first(), false);
        } else {
            long rate = presentRate(current);
            nextSegment.prepareAhead(nextBytes(current, rate), SegmentSizing.isFast(rate));
        }
    }

    /// Whether the active segment holds entries and is older than the roll interval.
    boolean isAged(long nowMicros, long rollMicros) {
        long base = state.activeBase();
        if (base == ShardState.NO_SEGMENT || state.endOffset() <= base) {
            return false;
        }
        long generation = state.generation();
        if (generation != mappedGeneration && generation != foundGeneration) {
            // Another process rolled, and nobody appended here since.
            map();
        }
        synchronized (this) {
            Segment known = foundGeneration == generation ? found : segment;
            return known != null && isOlder(known, nowMicros, rollMicros);
        }
    }

    /// Makes the segment that follows one which was not filled in time.
    void prepareSmaller() {
        Segment current = segment;
        SegmentSizing sizing = nextSegment.sizing();
        int capacity = current == null ? sizing.first() : current.capacity();
        nextSegment.provide(sizing.afterAged(capacity), 0, false, SegmentSizing.isFast(bytesPerSecond));
    }

    /// Held. Rolls a segment that is still old.
    void rollAged(long nowMicros, long rollMicros) throws IOException {
        if (need(0, 0, nowMicros, rollMicros) == Need.ROLL) {
            Segment old = segment;
            if (rollIfPrepared(0, nowMicros) && old != null) {
                state.prepareBytes(nextSegment.sizing().afterAged(old.capacity()));
            }
        }
    }

    /// Whether a segment below the start offset is mapped, as where this process has not appended for long.
    boolean holdsBelow(long startOffset) {
        // Written behind the segment: who sees this one sees that one.
        Segment known = mappedGeneration < 0 ? null : segment;
        if (known != null && known.baseOffset() < startOffset && known.baseOffset() != state.activeBase()) {
            return true;
        }
        synchronized (this) {
            return found != null && found.baseOffset() < startOffset && foundGeneration != state.generation();
        }
    }

    /// Held. Lets go of segments below the start offset: they were deleted, and who has them mapped keeps their room
    /// on the disk. The next append maps what is active then.
    void letGoBelow(long startOffset) {
        Segment known = segment;
        if (known != null && known.baseOffset() < startOffset && known.baseOffset() != state.activeBase()) {
            replace(null);
            mappedGeneration = -1;
        }
        synchronized (this) {
            if (found != null && found.baseOffset() < startOffset && foundGeneration != state.generation()) {
                found.release();
                found = null;
                foundGeneration = -1;
            }
        }
    }

    /// Lets go of the mappings and deletes what was prepared for this process alone.
    synchronized void close() {
        closed = true;
        try {
            nextSegment.close();
        } finally {
            replace(null);
            if (found != null) {
                found.release();
                found = null;
            }
            foundGeneration = -1;
            mappedGeneration = -1;
        }
    }
}
