package dev.cometlog.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/// The floor: length, CRC32C and bytes copied into mapped memory whose pages are ready, over and over. No
/// time, no lock, no roll, no sync.
final class MappedTarget implements Target {
    private static final int BYTES = 256 << 20;
    private static final int HEADER = 8;
    private static final int PAGE = 4096;
    private static final int LARGEST = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final byte[] copy = new byte[LARGEST];
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
        CRC32C crc = new CRC32C();
        crc.update(payload, 0, payload.length);
        MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, position + HEADER, payload.length);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, position + Integer.BYTES, (int) crc.getValue());
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, position, payload.length);
        position += HEADER + payload.length;
        written++;
    }

    @Override
    public void appendBatch(List<byte[]> payloads) {
        for (int i = 0; i < payloads.size(); i++) {
            append(payloads.get(i));
        }
    }

    @Override
    public long read(boolean verified) {
        long at = 0;
        for (long i = 0; i < written; i++) {
            int length = memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            if (verified) {
                CRC32C crc = new CRC32C();
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at + HEADER, copy, 0, length);
                crc.update(copy, 0, length);
                if ((int) crc.getValue() != memory.get(ValueLayout.JAVA_INT_UNALIGNED, at + Integer.BYTES)) {
                    throw new AssertionError("entry " + i + " of the floor is damaged");
                }
            }
            at += HEADER + length;
        }
        return written;
    }

    @Override
    public long intact(byte[] payload) {
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
    public long kept(long appended) {
        return written;
    }

    @Override
    public void close() {
        arena.close();
    }
}
