package dev.cometlog.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Standard output for payloads and long listings: buffered, bytes as they are, and honest about errors,
/// which `System.out` swallows.
final class Output extends OutputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private static volatile @Nullable OutputStream diverted;

    private final OutputStream target;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int length;

    Output(OutputStream target) {
        this.target = target;
    }

    static Output standard() {
        OutputStream other = diverted;
        return new Output(other == null ? new FileOutputStream(FileDescriptor.out) : other);
    }

    /// Has what goes to standard output go to `target` instead, until closed: for tests that run commands inside.
    static Diversion divert(OutputStream target) {
        diverted = target;
        return () -> diverted = null;
    }

    /// Ended by closing.
    interface Diversion extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void write(int b) {
        if (length == buffer.length) {
            drain();
        }
        buffer[length++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        if (count > buffer.length - length) {
            drain();
        }
        if (count > buffer.length) {
            send(bytes, from, count);
        } else {
            System.arraycopy(bytes, from, buffer, length, count);
            length += count;
        }
    }

    void line(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
        write('\n');
    }

    @Override
    public void flush() {
        drain();
    }

    /// Writes out what is buffered; standard output itself stays open.
    @Override
    public void close() {
        drain();
    }

    private void drain() {
        int count = length;
        length = 0;
        if (count > 0) {
            send(buffer, 0, count);
        }
    }

    private void send(byte[] bytes, int from, int count) {
        try {
            target.write(bytes, from, count);
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("Broken pipe")) {
                throw new ClosedPipe(e);
            }
            throw new CommandFailure("standard output: " + message, e);
        }
    }

    /// Who reads our output has seen enough (`comet cat s | head`): an end, not an error.
    static final class ClosedPipe extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        ClosedPipe(IOException cause) {
            super(cause);
        }
    }
}
