package dev.cometlog.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What a worker of the demo was told: one record for each append that returned, with the id it got, and the length
/// and checksum of what it had handed over.
///
/// The file is mapped and a record counts once it is complete, so it holds exactly the acknowledged entries even if
/// the worker is killed between two instructions, and keeping it costs no system call an entry.
///
///     0         8        16 + 24 n    +8       +12       +16        +20       +24
///     +---------+---------+------------+--------+---------+----------+---------+
///     |  Count  |  Done   |   Offset   |  Shard | Length  |  CRC32C  |  Nanos  |
///     +---------+---------+------------+--------+---------+----------+---------+
final class AckFile {
    private static final int COUNT_FIELD = 0;
    private static final int DONE_FIELD = COUNT_FIELD + Long.BYTES;
    private static final int HEADER_LENGTH = DONE_FIELD + Long.BYTES;
    private static final int OFFSET_FIELD = 0;
    private static final int SHARD_FIELD = OFFSET_FIELD + Long.BYTES;
    private static final int LENGTH_FIELD = SHARD_FIELD + Integer.BYTES;
    private static final int CRC_FIELD = LENGTH_FIELD + Integer.BYTES;
    private static final int NANOS_FIELD = CRC_FIELD + Integer.BYTES;
    private static final int RECORD_LENGTH = NANOS_FIELD + Integer.BYTES;

    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;

    private AckFile(MemorySegment memory) {
        this.memory = memory;
    }

    /// Opens the file, makes it if there is none, with room for `capacity` records.
    static AckFile open(Path path, long capacity) throws IOException {
        long bytes = HEADER_LENGTH + capacity * RECORD_LENGTH;
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new AckFile(channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto()));
        }
    }

    /// How many appends returned.
    long count() {
        return (long) LONG.getAcquire(memory, (long) COUNT_FIELD);
    }

    /// Whether the worker has appended all it was asked for.
    boolean isDone() {
        return (long) LONG.getAcquire(memory, (long) DONE_FIELD) != 0;
    }

    void done() {
        LONG.setRelease(memory, (long) DONE_FIELD, 1L);
    }

    void add(int shard, long offset, int length, int crc, long nanos) {
        long count = count();
        long at = at(count);
        memory.set(ValueLayout.JAVA_LONG, at + OFFSET_FIELD, offset);
        memory.set(ValueLayout.JAVA_INT, at + SHARD_FIELD, shard);
        memory.set(ValueLayout.JAVA_INT, at + LENGTH_FIELD, length);
        memory.set(ValueLayout.JAVA_INT, at + CRC_FIELD, crc);
        memory.set(ValueLayout.JAVA_INT, at + NANOS_FIELD, (int) Math.min(nanos, Integer.MAX_VALUE));
        LONG.setRelease(memory, (long) COUNT_FIELD, count + 1);
    }

    long offset(long record) {
        return memory.get(ValueLayout.JAVA_LONG, at(record) + OFFSET_FIELD);
    }

    int shard(long record) {
        return memory.get(ValueLayout.JAVA_INT, at(record) + SHARD_FIELD);
    }

    int length(long record) {
        return memory.get(ValueLayout.JAVA_INT, at(record) + LENGTH_FIELD);
    }

    int crc(long record) {
        return memory.get(ValueLayout.JAVA_INT, at(record) + CRC_FIELD);
    }

    /// How long the append took.
    int nanos(long record) {
        return memory.get(ValueLayout.JAVA_INT, at(record) + NANOS_FIELD);
    }

    private static long at(long record) {
        return HEADER_LENGTH + record * RECORD_LENGTH;
    }
}
