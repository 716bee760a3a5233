package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The append protocol of one shard: frames come in laid out, and are written and published under the shard's lock, or
/// what they have to wait for is seen to outside of it.
///
/// Thread-safe. An append that has to wait for nothing makes no system call and allocates nothing.
final class ShardAppender {
    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ActiveSegment active;
    private final ShardSync sync;
    private final AppendSignal appends = new AppendSignal();
    private volatile long rollMicros;
    private volatile @Nullable Failure lastFailure;

    /// Set by who closes, who then waits for the lock once.
    private volatile boolean closed;

    ShardAppender(ShardContext context, ShardStorage files, ShardLock lock, ActiveSegment active, ShardSync sync) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
        this.active = active;
        this.sync = sync;
        this.rollMicros = rollMicros(context.settings());
    }

    /// Follows the stream's settings as they are in force now.
    void adoptSettings() {
        rollMicros = rollMicros(context.settings());
    }

    private static long rollMicros(StreamSettings settings) {
        return settings.rollInterval().toNanos() / 1000;
    }

    /// From which age on a segment is rolled.
    long rollMicros() {
        return rollMicros;
    }

    /// Raised after each append of this process.
    AppendSignal appends() {
        return appends;
    }

    /// Refuses every further append with `Closed`; one that holds the lock may still be under way.
    void close() {
        closed = true;
    }

    /// Appends one body as a frame (`word` is not 0), or frames that are laid out already (`word` is 0), which become
    /// visible all at once, and returns the first offset of their entries.
    ///
    /// @param word the frame's length, codec and flags
    /// @param bodyCrc of the one body
    /// @param count how many entries these are
    long append(byte[] source, int from, int length, int word, int bodyCrc, int count) {
        try {
            return publish(source, from, length, word, bodyCrc, count);
        } catch (CometException.LogFull | CometException.DiskFull e) {
            refused(count);
            throw e;
        } catch (CometException.IoFailure e) {
            // Not in the shared page: that may be what cannot be written.
            lastFailure = new Failure(context.time().epochMicros(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /// An append of this process that failed with an error of the operating system, other than for want of room.
    record Failure(long micros, String message) {}

    /// The newest one, if there was any.
    Optional<Failure> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /// Counts entries for which there was no room, whatever it was that found none.
    void refused(long entries) {
        state.counters().add(ShardCounters.Counter.REFUSED, entries);
        state.counters()
                .set(ShardCounters.Counter.LAST_REFUSED_MICROS, context.time().epochMicros());
    }

    private long publish(byte[] source, int from, int length, int word, int bodyCrc, int count) {
        int bytes = word == 0 ? length : FrameDescriptor.HEADER_LENGTH + length;
        long now = context.time().epochMicros();
        DiskWait disk = null;
        while (true) {
            // Before the lock, which a cure has for as long as it takes.
            CometException refusal = refusal();
            if (refusal != null) {
                throw refusal;
            }
            ActiveSegment.Need need = ActiveSegment.Need.RETRY;
            long offset = 0;
            IOException full = null;
            lock.lock();
            boolean done = false;
            try {
                refusal = refusal();
                if (refusal == null) {
                    need = active.need(bytes, count, now, rollMicros);
                    if (need == ActiveSegment.Need.NONE) {
                        offset = writeFrames(active.segment(), source, from, length, word, bodyCrc, count, now);
                    } else if (need == ActiveSegment.Need.ROLL && active.rollIfPrepared(bytes, now)) {
                        need = ActiveSegment.Need.RETRY;
                    }
                }
                done = true;
            } catch (IOException e) {
                if (!IoErrors.isDiskFull(e)) {
                    throw IoErrors.typed("rolling " + files.id(), e);
                }
                full = e;
            } finally {
                if (done) {
                    lock.unlock();
                } else {
                    lock.abandon();
                }
            }
            if (refusal != null) {
                throw refusal;
            }
            if (need == ActiveSegment.Need.NONE) {
                active.prepareIfDue();
                appends.raise();
                return offset;
            }
            if (full == null) {
                provide(need, bytes, count);
            } else {
                // A name takes room too, where the directory has to grow for it.
                disk = disk == null ? active.next().diskWait(bytes) : disk;
                if (!disk.again()) {
                    throw IoErrors.typed("rolling " + files.id(), full);
                }
            }
        }
    }

    /// Why the shard takes no entries now; null if it does.
    private @Nullable CometException refusal() {
        if (closed) {
            return new CometException.Closed(files.id().toString());
        }
        return state.poison() == 0 ? null : sync.poisoned();
    }

    private void provide(ActiveSegment.Need need, int bytes, int count) {
        switch (need) {
            case MAP -> active.map();
            case ROLL -> stall("segment", () -> active.prepare(bytes));
            case OFFSETS -> stall("offsets", () -> sync.reserveOffsets(count));
            // Behind a roll: a file that was deleted is to give its room back soon.
            case RETRY -> files.segments().letLeave();
            case NONE -> {}
        }
    }

    /// Does what an append has to wait for, and counts that it had to.
    private void stall(String reason, Runnable work) {
        Events.AppendStall event = Events.areWanted() ? new Events.AppendStall() : null;
        if (event != null) {
            event.begin();
        }
        long started = context.time().nanoTime();
        try {
            work.run();
        } finally {
            state.counters().add(ShardCounters.Counter.STALLS, 1);
            state.counters()
                    .add(ShardCounters.Counter.STALL_NANOS, context.time().nanoTime() - started);
            if (event != null) {
                event.reason = reason;
                event.commit(files.id());
            }
        }
    }

    /// The critical section proper: no system call, no allocation, no logging.
    private long writeFrames(
            Segment segment, byte[] source, int from, int length, int word, int bodyCrc, int count, long now) {
        long end = state.endOffsetPlain();
        int position = (int) state.writePosition();
        long timestamp = Math.max(now, state.lastTimestamp());
        int delta = (int) (timestamp - segment.header().baseTimestamp());
        int bytes = word == 0 ? length : FrameDescriptor.HEADER_LENGTH + length;

        state.writeLimit((long) position + bytes);
        MemorySegment memory = segment.memory();
        if (KillPoint.ENABLED) {
            MemorySegment.copy(source, from, memory, ValueLayout.JAVA_BYTE, position, length / 2);
            KillPoint.MID_PAYLOAD.reached();
        }
        if (word == 0) {
            MemorySegment.copy(source, from, memory, ValueLayout.JAVA_BYTE, position, length);
            completeFrames(segment, source, length, position, delta, end);
        } else {
            MemorySegment.copy(
                    source, from, memory, ValueLayout.JAVA_BYTE, position + FrameDescriptor.HEADER_LENGTH, length);
            segment.writeFrameHeader(position, word, bodyCrc, delta);
            if (KillPoint.ENABLED) {
                KillPoint.BEFORE_INDEX.reached();
            }
            segment.index().note(position, end - segment.baseOffset(), delta);
        }
        state.writePosition((long) position + bytes);
        state.lastTimestamp(timestamp);
        state.counters().addHeld(ShardCounters.Counter.BYTES, bytes);
        state.counters().addHeld(ShardCounters.Counter.BATCHES, 1);
        if (KillPoint.ENABLED) {
            KillPoint.BEFORE_PUBLISH.reached();
        }
        if (!lock.isStillHeld()) {
            throw lock.superseded();
        }
        state.endOffset(end + count);
        return end;
    }

    /// Puts time and place into the headers of frames that were copied as they were encoded.
    private static void completeFrames(
            Segment segment, byte[] source, int length, int position, int delta, long firstOffset) {
        long offset = firstOffset - segment.baseOffset();
        for (int at = 0; at < length; ) {
            int word = LittleEndian.getInt(source, at + FrameDescriptor.LENGTH_FIELD);
            int bodyCrc = LittleEndian.getInt(source, at + FrameDescriptor.CRC_FIELD);
            segment.writeFrameHeader(position + at, word, bodyCrc, delta);
            segment.index().note(position + at, offset, delta);
            offset += BatchEncoder.entriesAt(source, at);
            at += FrameDescriptor.frameLength(word);
        }
    }
}
