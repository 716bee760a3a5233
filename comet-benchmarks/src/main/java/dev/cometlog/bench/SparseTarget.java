package dev.cometlog.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// Lengths and bytes copied into sparse mapped files one after another: every page and every block is made when
/// it is first touched. No checksum, no time, no lock, no sync.
final class SparseTarget implements Target {
    private static final int BYTES = 64 << 20;
    private static final int HEADER = 4;

    private final Path directory;
    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;
    private int position = BYTES;
    private long written;

    SparseTarget(Path directory) {
        this.directory = directory;
    }

    @Override
    public void append(byte[] payload) throws IOException {
        if (position + HEADER + payload.length > BYTES) {
            next();
        }
        MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, position + HEADER, payload.length);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, position, payload.length);
        position += HEADER + payload.length;
        written++;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by the next call or with the target
    private void next() throws IOException {
        arena.close();
        arena = Arena.ofShared();
        // The oldest file goes with each new one, as with retention.
        Path file = directory.resolve("sparse");
        Files.deleteIfExists(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
        }
        position = 0;
        written = 0;
    }

    @Override
    public void appendBatch(List<byte[]> payloads) throws IOException {
        for (int i = 0; i < payloads.size(); i++) {
            append(payloads.get(i));
        }
    }

    @Override
    public long read(boolean verified) {
        long at = 0;
        for (long i = 0; i < written; i++) {
            at += HEADER + memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
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
