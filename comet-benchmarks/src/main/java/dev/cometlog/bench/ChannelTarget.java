package dev.cometlog.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plain file: one `write(2)` for each append or batch, with a length in front of each payload.
final class ChannelTarget implements Target {
    private static final int BUFFER_BYTES = 4 << 20;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    ChannelTarget(Path directory) throws IOException {
        channel = FileChannel.open(
                directory.resolve("channel"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public void append(byte[] payload) throws IOException {
        write(buffer.clear().putInt(payload.length).put(payload).flip());
    }

    @Override
    public void appendBatch(List<byte[]> payloads) throws IOException {
        buffer.clear();
        for (int i = 0; i < payloads.size(); i++) {
            byte[] payload = payloads.get(i);
            buffer.putInt(payload.length).put(payload);
        }
        write(buffer.flip());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public long read(boolean verified) throws IOException {
        return visit(null);
    }

    @Override
    public long intact(byte[] payload) throws IOException {
        return visit(ByteBuffer.wrap(payload));
    }

    /// Counts the entries, or those that equal `expected`.
    private long visit(@Nullable ByteBuffer expected) throws IOException {
        long entries = 0;
        long at = 0;
        buffer.clear();
        while (channel.read(buffer, at) > 0) {
            at += buffer.position();
            buffer.flip();
            while (buffer.remaining() >= Integer.BYTES
                    && buffer.remaining() >= Integer.BYTES + buffer.getInt(buffer.position())) {
                int length = buffer.getInt();
                if (expected == null || expected.equals(buffer.slice(buffer.position(), length))) {
                    entries++;
                }
                buffer.position(buffer.position() + length);
            }
            at -= buffer.remaining();
            buffer.clear();
        }
        return entries;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
