package dev.cometlog.internal.log;

import dev.cometlog.internal.format.BodyPrefix;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.Varint;
import dev.cometlog.internal.storage.TimeSource;
import dev.cometlog.spi.Codec;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Compresses what one shard appends, outside every lock, by the settings of its stream.
///
/// A codec that is not there, cannot work here or does not have the level stops no append: entries are stored as
/// they are then, which every reader can read, and [#problem()] says why. Thread-safe; made anew for other settings.
final class Compression {
    private static final System.Logger LOG = System.getLogger(Compression.class.getName());
    private static final int NEVER = Integer.MAX_VALUE;

    /// What saves less than an eighth is stored as it is: it would cost every reader more than it gives.
    private static final int LEAST_SAVING_SHIFT = 3;

    private static final int POOLED = 4;
    private static final int LARGEST_POOLED_BYTES = FrameDescriptor.TARGET_BODY_LENGTH + (1 << 16);

    /// Shared by all shards: only as many compress at once as there are cores.
    private static final ArrayBlockingQueue<byte[]> SCRATCH = new ArrayBlockingQueue<>(POOLED);

    private final StreamSettings settings;
    private final ShardState state;
    private final TimeSource time;
    private final @Nullable Codec codec;

    /// Bodies with fewer bytes are left as they are; [#NEVER] once the codec failed to load.
    private volatile int minBytes;

    private volatile String problem;

    private Compression(
            StreamSettings settings, ShardState state, TimeSource time, @Nullable Codec codec, String problem) {
        this.settings = settings;
        this.state = state;
        this.time = time;
        this.codec = codec;
        this.problem = problem;
        this.minBytes = codec == null ? NEVER : Math.max(1, settings.codecMinBytes());
    }

    /// The compression of a shard with these settings.
    static Compression of(StreamSettings settings, ShardState state, TimeSource time, Codecs codecs) {
        if (settings.codec().equals(StreamSettings.NO_CODEC)) {
            return new Compression(settings, state, time, null, "");
        }
        Optional<Codec> codec = codecs.find(settings.codec());
        if (codec.isEmpty()) {
            return new Compression(settings, state, time, null, codecs.missing(settings.codec()));
        }
        try {
            codec.get().checkLevel(settings.codecLevel());
        } catch (IllegalArgumentException e) {
            return new Compression(settings, state, time, null, String.valueOf(e.getMessage()));
        }
        return new Compression(settings, state, time, codec.get(), "");
    }

    /// Whether these settings want the same.
    boolean isFor(StreamSettings other) {
        return settings.codec().equals(other.codec())
                && settings.codecLevel() == other.codecLevel()
                && settings.codecMinBytes() == other.codecMinBytes();
    }

    /// Why entries are stored uncompressed although they should not be; empty if they are not.
    String problem() {
        return problem;
    }

    /// Bodies with fewer bytes need not be offered. One volatile read, so the append path asks each time.
    int minBytes() {
        return minBytes;
    }

    /// A compressed body of one entry. Its buffer belongs to the caller until it gives it back.
    static final class Lone {
        private final byte[] bytes;
        private final int word;

        private Lone(byte[] bytes, int word) {
            this.bytes = bytes;
            this.word = word;
        }

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return FrameDescriptor.bodyLength(word);
        }

        /// The length word of its frame.
        int word() {
            return word;
        }

        void giveBack() {
            give(bytes);
        }
    }

    /// Compresses one payload; null if it is better stored as it is.
    @Nullable
    Lone lone(byte[] payload, int from, int length) {
        Codec present = codec;
        if (present == null) {
            return null;
        }
        long begun = time.nanoTime();
        byte[] scratch = take(present, length);
        int size = pack(present, payload, from, length, Count.NONE, scratch);
        count(length, size == 0 ? length : size, begun);
        if (size == 0) {
            give(scratch);
            return null;
        }
        return new Lone(scratch, size | FrameDescriptor.codecFlag(present.id()));
    }

    /// Compresses the bodies of frames that lie one behind the other from index 0 on, in place, and returns how
    /// many bytes they take then.
    int frames(byte[] frames, int length) {
        Codec present = codec;
        if (present == null) {
            return length;
        }
        long begun = time.nanoTime();
        BodyPrefix prefix = new BodyPrefix();
        byte[] scratch = take(present, Math.min(length, largestBody(frames, length)));
        long offered = 0;
        long stored = 0;
        int to = 0;
        for (int at = 0; at < length; ) {
            int word = LittleEndian.getInt(frames, at + FrameDescriptor.LENGTH_FIELD);
            int body = FrameDescriptor.bodyLength(word);
            int from = at + FrameDescriptor.HEADER_LENGTH;
            int size = 0;
            if (body >= minBytes && prefix.read(word, frames, from, body)) {
                Count count = new Count(FrameDescriptor.isMany(word), prefix.count());
                size = pack(present, frames, prefix.contentFrom(), prefix.rawLength(), count, scratch);
                offered += body;
                stored += size == 0 ? body : size;
            }
            if (size == 0) {
                System.arraycopy(frames, at, frames, to, FrameDescriptor.HEADER_LENGTH + body);
                to += FrameDescriptor.HEADER_LENGTH + body;
            } else {
                put(frames, to, word & ~FrameDescriptor.MAX_BODY_LENGTH, present, scratch, size);
                to += FrameDescriptor.HEADER_LENGTH + size;
            }
            at = from + body;
        }
        give(scratch);
        count(offered, stored, begun);
        return to;
    }

    private static int largestBody(byte[] frames, int length) {
        int largest = 0;
        for (int at = 0; at < length; ) {
            int word = LittleEndian.getInt(frames, at + FrameDescriptor.LENGTH_FIELD);
            largest = Math.max(largest, FrameDescriptor.bodyLength(word));
            at += FrameDescriptor.frameLength(word);
        }
        return largest;
    }

    private static void put(byte[] frames, int at, int flags, Codec codec, byte[] body, int size) {
        int word = flags | size | FrameDescriptor.codecFlag(codec.id());
        System.arraycopy(body, 0, frames, at + FrameDescriptor.HEADER_LENGTH, size);
        LittleEndian.putInt(frames, at + FrameDescriptor.LENGTH_FIELD, word);
        LittleEndian.putInt(frames, at + FrameDescriptor.CRC_FIELD, Crc.of(body, 0, size));
        LittleEndian.putInt(frames, at + FrameDescriptor.TIME_DELTA_FIELD, 0);
    }

    /// The number in front of the body of a frame of many.
    private record Count(boolean isThere, int value) {
        static final Count NONE = new Count(false, 1);
    }

    /// Lays a compressed body out in `target` and returns its length; 0 if it is better stored as it is.
    private int pack(Codec present, byte[] source, int from, int raw, Count count, byte[] target) {
        int at = count.isThere() ? Varint.put(target, 0, count.value()) : 0;
        int whole = at + raw;
        at = Varint.put(target, at, raw);
        int size;
        try {
            size = present.compress(source, from, raw, target, at, settings.codecLevel());
        } catch (LinkageError e) {
            giveUp(present, e);
            return 0;
        }
        boolean saves = at + size <= whole - (whole >> LEAST_SAVING_SHIFT);
        return saves && BodyPrefix.isPlausible(raw, size, count.isThere()) ? at + size : 0;
    }

    private void giveUp(Codec present, LinkageError error) {
        minBytes = NEVER;
        problem = Codecs.unable(present, error);
        LOG.log(System.Logger.Level.WARNING, problem + "; entries are stored uncompressed", error);
    }

    private void count(long offered, long stored, long begun) {
        if (offered > 0) {
            state.counters().add(ShardCounters.Counter.COMPRESSED_FROM, offered);
            state.counters().add(ShardCounters.Counter.COMPRESSED_TO, stored);
            state.counters().add(ShardCounters.Counter.COMPRESS_NANOS, time.nanoTime() - begun);
        }
    }

    private static byte[] take(Codec codec, int length) {
        int needed = BodyPrefix.MAX_LENGTH + codec.maxCompressedLength(length);
        byte[] pooled = SCRATCH.poll();
        return pooled != null && pooled.length >= needed ? pooled : new byte[Math.max(needed, 16 << 10)];
    }

    private static void give(byte[] scratch) {
        if (scratch.length <= LARGEST_POOLED_BYTES) {
            boolean _ = SCRATCH.offer(scratch);
        }
    }
}
