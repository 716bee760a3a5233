package dev.cometlog.internal.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An open file of the real file system; its channel is used on [IoThreads] only.
final class DiskFile implements StorageFile {
    /// Outside the heap, or each write would copy them there first. So few that they stay in the nearest caches while
    /// a page of [StorageFile#LARGE_PAGE] is written, by one call, from many times the same ones.
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(128 << 10).asReadOnlyBuffer();

    private final Path path;
    private final FileChannel channel;

    DiskFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long size() throws IOException {
        return IoThreads.call(channel::size);
    }

    @Override
    public int read(long position, byte[] into, int from, int length) throws IOException {
        return IoThreads.call(() -> {
            ByteBuffer buffer = ByteBuffer.wrap(into, from, length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + (buffer.position() - from)) < 0) {
                    break;
                }
            }
            return buffer.position() - from;
        });
    }

    @Override
    public void write(long position, byte[] bytes, int from, int length) throws IOException {
        IoThreads.<@Nullable Void>call(() -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer, position + (buffer.position() - from));
            }
            return null;
        });
    }

    @Override
    public void writeZeros(int length, int pieceBytes) throws IOException {
        int piece = Math.min(pieceBytes, LARGE_PAGE);
        int last = (length - 1) / piece * piece;
        IoThreads.<@Nullable Void>call(() -> {
            writePiece(last, length);
            for (int at = 0; at < last; at += piece) {
                writePiece(at, at + piece);
            }
            return null;
        });
    }

    private void writePiece(int from, int to) throws IOException {
        int count = (to - from + ZEROS.capacity() - 1) / ZEROS.capacity();
        ByteBuffer[] zeros = new ByteBuffer[count];
        Arrays.setAll(zeros, _ -> ZEROS.duplicate());
        zeros[count - 1].limit(to - from - (count - 1) * ZEROS.capacity());
        // Nothing else goes by the channel's position.
        channel.position(from);
        for (int left = to - from; left > 0; ) {
            left -= (int) channel.write(zeros);
        }
    }

    @Override
    public void force() throws IOException {
        IoThreads.<@Nullable Void>call(() -> {
            channel.force(false);
            return null;
        });
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // the mapped file owns the arena and closes it
    public MappedFile map(long length, boolean writable) throws IOException {
        return IoThreads.call(() -> {
            long size = channel.size();
            if (size < length) {
                // Touching a mapped page behind the end of its file is a SIGBUS.
                throw new IOException(path + " has " + size + " bytes, " + length + " were expected");
            }
            Arena arena = Arena.ofShared();
            try {
                FileChannel.MapMode mode = writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
                MemorySegment memory = channel.map(mode, 0, length, arena);
                return new MappedFile(memory, arena);
            } catch (IOException | RuntimeException | Error e) {
                arena.close();
                throw e;
            }
        });
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
