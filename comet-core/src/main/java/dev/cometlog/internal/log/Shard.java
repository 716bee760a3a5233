package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

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
    private final ShardAppender appender;
    private final ShardUpkeep upkeep;
    private final EncoderPool encoders = new EncoderPool();
    private volatile Compression compression;

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
        this.appender = new ShardAppender(context, files, lock, active, sync);
        this.upkeep = new ShardUpkeep(context, files, lock, active, sync, retention);
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
        return appender.appends();
    }

    /// Appends one payload and returns its offset.
    public long append(byte[] bytes, int from, int length) {
        if (length == 0) {
            return appender.append(EMPTY_ENTRY, 0, 2, FrameDescriptor.MANY | 2, Crc.of(EMPTY_ENTRY, 0, 2), 1);
        }
        context.settings().checkEntry(length);
        if (length >= compression.minBytes()) {
            return appendCompressed(bytes, from, length);
        }
        return appender.append(bytes, from, length, length, Crc.of(bytes, from, length), 1);
    }

    private long appendCompressed(byte[] bytes, int from, int length) {
        Compression.Lone lone = compression.lone(bytes, from, length);
        if (lone == null) {
            return appender.append(bytes, from, length, length, Crc.of(bytes, from, length), 1);
        }
        try {
            return appender.append(
                    lone.bytes(), 0, lone.length(), lone.word(), Crc.of(lone.bytes(), 0, lone.length()), 1);
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
            return appender.append(encoder.buffer(), 0, length, 0, 0, encoder.entries());
        } finally {
            encoders.put(encoder);
        }
    }

    /// The newest append of this process that failed with an error of the operating system, and not for want of room.
    Optional<ShardAppender.Failure> lastFailure() {
        return appender.lastFailure();
    }

    /// Counts entries for which there was no room, whatever it was that found none.
    void refused(long entries) {
        appender.refused(entries);
    }

    /// Deletes what is too old or too much.
    ///
    /// @param dryRun only tells what would be deleted
    Retained retain(boolean dryRun) {
        return retention.run(dryRun, SegmentDeletion.Pace.AT_ONCE);
    }

    ShardRetention retention() {
        return retention;
    }

    StreamSettings settings() {
        return context.settings();
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
            upkeep.run(nanoTime, appender.rollMicros());
        }
    }

    /// Follows the stream's settings as they are in force now.
    void adoptSettings() {
        StreamSettings settings = context.settings();
        appender.adoptSettings();
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
        appender.close();
        lock.tellTakeOver();
        retention.tellDrops();
        try {
            // Waits for who is inside, and does not look whether it is closed any more.
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
