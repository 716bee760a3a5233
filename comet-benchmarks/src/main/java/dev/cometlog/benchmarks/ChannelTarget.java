package dev.cometlog.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// A plain file: one `write(2)` for each payload, with its length in front.
final class ChannelTarget implements Target {
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    ChannelTarget(Path directory) throws IOException {
        channel = FileChannel.open(
                directory.resolve("channel"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public void append(byte[] payload) throws IOException {
        buffer.clear().putInt(payload.length).put(payload).flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public long verify(byte[] payload) throws IOException {
        long intact = 0;
        byte[] read = new byte[payload.length];
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + payload.length);
        for (long at = 0; at < channel.size(); at += frame.capacity()) {
            frame.clear();
            while (frame.hasRemaining() && channel.read(frame, at + frame.position()) > 0) {
                // Until the frame is whole.
            }
            frame.get(Integer.BYTES, read);
            if (Arrays.equals(read, payload)) {
                intact++;
            }
        }
        return intact;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
