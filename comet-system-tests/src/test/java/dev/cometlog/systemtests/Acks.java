package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A file to which one worker thread writes every id it was given, right after the append returned. It is
/// in the page cache then, so it survives the worker.
final class Acks implements AutoCloseable {
    private static final int RECORD_BYTES = Integer.BYTES + Integer.BYTES + Long.BYTES + Long.BYTES;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECORD_BYTES * 64);

    /// One acknowledged entry.
    record Ack(int worker, int shard, long offset, long sequence) {}

    Acks(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// Notes a batch of entries with consecutive offsets and sequence numbers.
    void write(int worker, int shard, long firstOffset, long firstSequence, int count) throws IOException {
        buffer.clear();
        for (int i = 0; i < count; i++) {
            buffer.putInt(worker).putInt(shard).putLong(firstOffset + i).putLong(firstSequence + i);
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// Every ack in the files of a directory; a record that the kill cut in two does not count.
    static List<Ack> readAll(Path directory) throws IOException {
        List<Ack> acks = new ArrayList<>();
        forEach(directory, acks::add);
        return acks;
    }

    /// The same for more of them than fit into memory.
    static void forEach(Path directory, Consumer<Ack> action) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
                while (bytes.remaining() >= RECORD_BYTES) {
                    int worker = bytes.getInt();
                    int shard = bytes.getInt();
                    action.accept(new Ack(worker, shard, bytes.getLong(), bytes.getLong()));
                }
            }
        }
    }

    /// How many entries were acknowledged so far, by all workers.
    static long count(Path directory) throws IOException {
        long bytes = 0;
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes / RECORD_BYTES;
    }

    /// How many of them by these.
    static long count(Path directory, IntStream workers) throws IOException {
        long bytes = 0;
        for (int worker : workers.toArray()) {
            Path file = directory.resolve(Integer.toString(worker));
            bytes += Files.exists(file) ? Files.size(file) : 0;
        }
        return bytes / RECORD_BYTES;
    }
}
