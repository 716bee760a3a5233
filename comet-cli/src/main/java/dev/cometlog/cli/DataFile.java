package dev.cometlog.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// Reads a file of a log through a window on the heap. It maps nothing, so a bad block is an `IOException`, and it
/// opens nothing for writing.
final class DataFile implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowLength;

    private DataFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
    }

    /// Opens a regular file; links are not followed.
    static DataFile open(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            // Opening a FIFO would block for ever.
            throw new IOException(path + ": not a regular file");
        }
        FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        return new DataFile(path, channel);
    }

    /// All bytes of a small file, or its first `limit`.
    static byte[] readAll(Path path, int limit) throws IOException {
        try (DataFile file = open(path)) {
            return file.read(0, (int) Math.min(limit, file.size()));
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /// A copy of the bytes from `position` on, at most `length`, fewer where the file ends.
    byte[] read(long position, int length) throws IOException {
        int there = (int) Math.max(0, Math.min(length, size - position));
        byte[] bytes = new byte[there];
        if (there > 0) {
            int at = require(position, there);
            System.arraycopy(window, at, bytes, 0, there);
        }
        return bytes;
    }

    /// The index in [#window()] at which `length` bytes from `position` on are found; they lie inside the file.
    int require(long position, int length) throws IOException {
        if (position < 0 || length > size - position) {
            throw new IndexOutOfBoundsException(path + ": " + length + " bytes at position " + position);
        }
        if (position < windowStart || position + length > windowStart + windowLength) {
            fill(position, length);
        }
        return (int) (position - windowStart);
    }

    /// The bytes that [#require(long, int)] speaks of, until it is called again.
    byte[] window() {
        return window;
    }

    private void fill(long position, int length) throws IOException {
        int wanted = (int) Math.min(Math.max(length, WINDOW_BYTES), size - position);
        if (window.length < wanted) {
            window = new byte[wanted];
        }
        windowStart = position;
        windowLength = 0;
        while (windowLength < wanted) {
            int read =
                    channel.read(ByteBuffer.wrap(window, windowLength, wanted - windowLength), position + windowLength);
            if (read < 0) {
                break;
            }
            windowLength += read;
        }
        if (windowLength < length) {
            throw new IOException(
                    path + ": became shorter while it was read, at position " + (position + windowLength));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
