package dev.cometlog.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// The floor: length, CRC32C and bytes copied into mapped memory whose pages are ready, over and over. No
/// time, no lock, no roll, no sync.
final class MappedTarget implements Target {
    private static final int BYTES = 256 << 20;
    private static final int HEADER = 8;
    private static final int PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final CRC32C crc = new CRC32C();
    private int position;
    private long written;

    @SuppressWarnings("MustBeClosedChecker") // closed with the target
    MappedTarget(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(
                directory.resolve("floor"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
        }
        for (int at = 0; at < BYTES; at += PAGE) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
    }

    @Override
    public void append(byte[] payload) {
        if (position + HEADER + payload.length > BYTES) {
            position = 0;
            written = 0;
        }
        crc.reset();
        crc.update(payload, 0, payload.length);
        MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, position + HEADER, payload.length);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, position + Integer.BYTES, (int) crc.getValue());
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, position, payload.length);
        position += HEADER + payload.length;
        written++;
    }

    @Override
    public long verify(byte[] payload) {
        MemorySegment expected = MemorySegment.ofArray(payload);
        long intact = 0;
        for (long i = 0; i < written; i++) {
            long from = i * (HEADER + payload.length) + HEADER;
            if (MemorySegment.mismatch(memory, from, from + payload.length, expected, 0, payload.length) < 0) {
                intact++;
            }
        }
        return intact;
    }

    @Override
    public void close() {
        arena.close();
    }
}
