package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// A flyweight over `comet.state`: what all processes share about the whole directory.
///
///     0         8         12        16        64        72            128           136         4096
///     +---------+---------+---------+- ... ---+---------+- ... -------+-------------+- ... -----+
///     |  Magic  | Version |    0    |         |  Epoch  |             |  Allocated  |           |
///     +---------+---------+---------+- ... ---+---------+- ... -------+-------------+- ... -----+
///
/// From 192 on: what is known of the wall clock's steps, 8 bytes each, see [Clock].
///
/// | word | written by | access |
/// |---|---|---|
/// | epoch | who finds nobody alive, under the control lock | release / acquire |
/// | allocated | anybody: CAS; who begins an epoch: store | CAS / acquire |
/// | clock offset | anybody: CAS; the first to look after a boot: store | CAS / acquire |
/// | other clock words | whose CAS of the clock offset succeeded | release / acquire |
public final class DirectoryState {
    public static final int PAGE_BYTES = 4096;
    private static final long MAGIC = 0x5249445f544d4343L; // "CCMT_DIR"
    private static final int VERSION = 1;

    private static final int MAGIC_FIELD = 0;
    private static final int VERSION_FIELD = MAGIC_FIELD + Long.BYTES;
    private static final int EPOCH_FIELD = 64;
    private static final int ALLOCATED_FIELD = 128;
    private static final int CLOCK_FIELD = 192;

    /// What is kept for [ClockSteps], each in the word of its number; the numbers are part of the format.
    public enum Clock {
        BOOT(0),
        OFFSET(1),
        STEP_BOOT(2),
        STEP_BEGIN(3),
        STEP_END(4),
        STEP_SIZE(5),
        STEPPED_BACK_TO(6);

        private final long field;

        Clock(int word) {
            this.field = CLOCK_FIELD + (long) word * Long.BYTES;
        }
    }

    /// What a copy of the page says.
    ///
    /// @param intact whether the rest means anything
    public record Content(boolean intact, long epoch, long allocatedBytes, Map<Clock, Long> clock) {
        /// Reads a copy of the whole page.
        public static Content of(byte[] page) {
            Map<Clock, Long> clock = new EnumMap<>(Clock.class);
            for (Clock word : Clock.values()) {
                clock.put(word, LittleEndian.getLong(page, (int) word.field));
            }
            return new Content(
                    LittleEndian.getLong(page, MAGIC_FIELD) == MAGIC
                            && LittleEndian.getInt(page, VERSION_FIELD) == VERSION,
                    LittleEndian.getLong(page, EPOCH_FIELD),
                    LittleEndian.getLong(page, ALLOCATED_FIELD),
                    clock);
        }
    }

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MappedFile file;
    private final StorageFile channel;
    private final MemorySegment page;

    private DirectoryState(StorageFile channel, MappedFile file) {
        this.channel = channel;
        this.file = file;
        this.page = file.memory();
    }

    /// Creates the page with an epoch of 0, which no shard was ever written in.
    static void create(Storage storage, Path path) throws IOException {
        byte[] bytes = new byte[PAGE_BYTES];
        LittleEndian.putLong(bytes, MAGIC_FIELD, MAGIC);
        LittleEndian.putInt(bytes, VERSION_FIELD, VERSION);
        boolean _ = WholeFiles.create(storage, path, bytes);
    }

    /// Maps the page; empty if there is none, or none that is intact.
    static Optional<DirectoryState> open(Storage storage, Path path, boolean writable) throws IOException {
        Storage.FileKind kind = storage.kind(path);
        if (kind == Storage.FileKind.ABSENT) {
            return Optional.empty();
        }
        if (kind != Storage.FileKind.REGULAR) {
            throw new CometException.Damaged(path, "is no regular file");
        }
        StorageFile channel = storage.open(path, writable ? Storage.Access.WRITE : Storage.Access.READ);
        try {
            if (channel.size() == PAGE_BYTES) {
                DirectoryState state = new DirectoryState(channel, channel.map(PAGE_BYTES, writable));
                if (state.isIntact()) {
                    return Optional.of(state);
                }
                state.file.close();
            }
            channel.close();
            return Optional.empty();
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private boolean isIntact() {
        return LittleEndian.getLong(page, MAGIC_FIELD) == MAGIC && LittleEndian.getInt(page, VERSION_FIELD) == VERSION;
    }

    long epoch() {
        return (long) LONG.getAcquire(page, (long) EPOCH_FIELD);
    }

    /// Begins an epoch: durable before anybody works in it, so that power loss cannot bring an old one back.
    void beginEpoch(long epoch, long allocatedBytes) throws IOException {
        LONG.setRelease(page, (long) ALLOCATED_FIELD, allocatedBytes);
        if (KillPoint.ENABLED) {
            KillPoint.OPEN_ALLOCATED_STORED.reached();
        }
        LONG.setRelease(page, (long) EPOCH_FIELD, epoch);
        if (KillPoint.ENABLED) {
            KillPoint.OPEN_EPOCH_STORED.reached();
        }
        channel.force();
    }

    /// Bytes reserved for all files of the directory. Death can only leave it too high.
    long allocatedBytes() {
        return (long) LONG.getAcquire(page, (long) ALLOCATED_FIELD);
    }

    boolean casAllocatedBytes(long expected, long bytes) {
        return LONG.compareAndSet(page, (long) ALLOCATED_FIELD, expected, bytes);
    }

    long clock(Clock word) {
        return (long) LONG.getAcquire(page, word.field);
    }

    void clock(Clock word, long value) {
        LONG.setRelease(page, word.field, value);
    }

    boolean casClock(Clock word, long expected, long value) {
        return LONG.compareAndSet(page, word.field, expected, value);
    }

    void close() throws IOException {
        file.close();
        channel.close();
    }
}
