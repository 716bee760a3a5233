package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One shard as its writers see it: appends, and what has to happen beside them.
///
/// Thread-safe. An append makes no system call and allocates nothing: what it needs is made ahead, outside
/// the lock ([ActiveSegment]), and it publishes by one release store of the end offset.
public final class Shard implements Attended {
    private static final System.Logger LOG = System.getLogger(Shard.class.getName());
    private static final byte[] EMPTY_ENTRY = {1, 0};

    private final ShardContext context;
    private final ShardId id;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;
    private final ActiveSegment active;
    private final ShardSync sync;
    private final ShardRetention retention;
    private final ShardUpkeep upkeep;
    private final EncoderPool encoders = new EncoderPool();
    private final AppendSignal appends = new AppendSignal();
    private volatile long rollMicros;
    private volatile Compression compression;
    private volatile @Nullable Failure lastFailure;

    /// Set by who closes, who then waits for the lock once.
    private volatile boolean closed;

    /// Opens the shard, making its files if they are absent and recovering it if no process has yet done so
    /// in this epoch.
    public static Shard open(ShardContext context, ShardId id, ShardPaths paths) {
        try {
            return new Shard(context, id, ShardStorage.open(context, id, paths));
        } catch (IOException e) {
            throw IoErrors.typed("opening " + id, e);
        }
    }

    private Shard(ShardContext context, ShardId id, ShardStorage files) {
        this.context = context;
        this.id = id;
        this.files = files;
        this.state = files.state();
        this.lock = new ShardLock(
                id,
                state,
                context.incarnations(),
                context.time(),
                context.config().appendTimeout(),
                files.repair()::run);
        this.sync = new ShardSync(context, files, lock);
        this.retention = new ShardRetention(context, files, lock, sync);
        this.active = new ActiveSegment(context, files, retention);
        this.upkeep = new ShardUpkeep(context, files, lock, active, sync, retention);
        this.rollMicros = rollMicros(context.settings());
        this.compression = Compression.of(context.settings(), state, context.time(), Codecs.installed());
        tellProblem();
    }

    @Override
    public ShardId id() {
        return id;
    }

    public ShardState state() {
        return state;
    }

    public ShardView view() {
        return files.view();
    }

    /// Raised after each append of this process.
    public AppendSignal appends() {
        return appends;
    }

    /// Appends one payload and returns its offset.
    public long append(byte[] bytes, int from, int length) {
        if (length == 0) {
            return write(EMPTY_ENTRY, 0, 2, FrameDescriptor.MANY | 2, Crc.of(EMPTY_ENTRY, 0, 2), 1);
        }
        context.settings().checkEntry(length);
        if (length >= compression.minBytes()) {
            return appendCompressed(bytes, from, length);
        }
        return write(bytes, from, length, length, Crc.of(bytes, from, length), 1);
    }

    private long appendCompressed(byte[] bytes, int from, int length) {
        Compression.Lone lone = compression.lone(bytes, from, length);
        if (lone == null) {
            return write(bytes, from, length, length, Crc.of(bytes, from, length), 1);
        }
        try {
            return write(lone.bytes(), 0, lone.length(), lone.word(), Crc.of(lone.bytes(), 0, lone.length()), 1);
        } finally {
            lone.giveBack();
        }
    }

    /// Appends the bytes between position and limit, which stay as they are.
    public long append(ByteBuffer payload) {
        if (payload.hasArray()) {
            return append(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        }
        return append(MemorySegment.ofBuffer(payload));
    }

    public long append(MemorySegment payload) {
        context.settings().checkEntry(payload.byteSize());
        byte[] copy = encoders.takeBytes((int) payload.byteSize());
        try {
            // Mapped or native memory is copied first: its CRC must not be computed in place.
            MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, 0, copy, 0, (int) payload.byteSize());
            return append(copy, 0, (int) payload.byteSize());
        } finally {
            encoders.putBytes(copy);
        }
    }

    /// Appends payloads that become visible all at once and returns the first one's offset.
    public long appendBatch(List<byte[]> payloads) {
        context.settings().checkBatch(payloads);
        BatchEncoder encoder = encoders.take();
        try {
            encoder.encode(payloads);
            int length = encoder.length();
            Compression present = compression;
            if (length >= present.minBytes()) {
                length = present.frames(encoder.buffer(), length);
            }
            return write(encoder.buffer(), 0, length, 0, 0, encoder.entries());
        } finally {
            encoders.put(encoder);
        }
    }

    private long write(byte[] source, int from, int length, int word, int bodyCrc, int count) {
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
        state.add(ShardState.Counter.REFUSED, entries);
        state.set(ShardState.Counter.LAST_REFUSED_MICROS, context.time().epochMicros());
    }

    /// Writes one body as a frame (`word` is not 0), or frames that are laid out already (`word` is 0).
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
                    throw IoErrors.typed("rolling " + id, e);
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
                    throw IoErrors.typed("rolling " + id, full);
                }
            }
        }
    }

    /// Why the shard takes no entries now; null if it does.
    private @Nullable CometException refusal() {
        if (closed) {
            return new CometException.Closed(id.toString());
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
            state.add(ShardState.Counter.STALLS, 1);
            state.add(ShardState.Counter.STALL_NANOS, context.time().nanoTime() - started);
            if (event != null) {
                event.reason = reason;
                event.commit(id);
            }
        }
    }

    /// Deletes what is too old or too much.
    ///
    /// @param dryRun only tells what would be deleted
    Retained retain(boolean dryRun) {
        return retention.run(dryRun, ShardRetention.Pace.AT_ONCE);
    }

    ShardRetention retention() {
        return retention;
    }

    StreamSettings settings() {
        return context.settings();
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
        state.addHeld(ShardState.Counter.BYTES, bytes);
        state.addHeld(ShardState.Counter.BATCHES, 1);
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

    /// Returns once everything appended before, by any process, survives power loss.
    public void sync() {
        sync.syncTo(state.endOffset());
    }

    /// Follows the stream's settings, and does what else has to happen beside appends.
    ///
    /// @param nanoTime of the time source
    @Override
    public void tick(long nanoTime) {
        if (upkeep.isDue(nanoTime)) {
            adoptSettings();
            upkeep.run(nanoTime, rollMicros);
        }
    }

    /// Follows the stream's settings as they are in force now.
    void adoptSettings() {
        StreamSettings settings = context.settings();
        rollMicros = rollMicros(settings);
        if (!compression.isFor(settings)) {
            compression = Compression.of(settings, state, context.time(), Codecs.installed());
            tellProblem();
        }
    }

    private void tellProblem() {
        if (!compression.problem().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: entries are stored uncompressed: {1}",
                    id,
                    compression.problem());
        }
    }

    /// Why entries are stored uncompressed although the stream's settings ask for a codec; empty if they are not.
    public String compressionProblem() {
        return compression.problem();
    }

    private static long rollMicros(StreamSettings settings) {
        return settings.rollInterval().toNanos() / 1000;
    }

    /// Makes durable what was appended so far, ahead of a close.
    void settle() {
        sync.settle();
    }

    /// Syncs and lets go of everything. Appends and syncs that come later fail with `Closed`.
    ///
    /// @param lastProcess whether no other process has the log open, so that the end can be called clean
    public void close(boolean lastProcess) {
        try {
            sync.close(lastProcess);
        } finally {
            letGoOfAll();
        }
    }

    /// Whatever fails: a shard that keeps its files open keeps them until this process ends.
    private void letGoOfAll() {
        closed = true;
        lock.tellTakeOver();
        retention.tellDrops();
        try {
            // Waits for who is inside, and looks at `closed` no more.
            lock.lock();
            lock.unlock();
        } finally {
            try {
                active.close();
            } finally {
                try {
                    upkeep.unlinkLeftBehind();
                } finally {
                    files.close();
                }
            }
        }
    }
}
