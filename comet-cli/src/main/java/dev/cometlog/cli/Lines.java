package dev.cometlog.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into lines at each `\n`, and changes nothing else: a `\r` stays, no charset is
/// assumed, and what follows the last `\n` is a line too.
final class Lines {
    private static final int FIRST_BUFFER_BYTES = 1 << 16;

    private final InputStream input;
    private final int maxLineBytes;
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int start;
    private int end;

    Lines(InputStream input, int maxLineBytes) {
        this.input = input;
        this.maxLineBytes = maxLineBytes;
    }

    /// The next line without its `\n`, or null at the end.
    byte @Nullable [] next() throws IOException {
        int searched = start;
        while (true) {
            for (int i = searched; i < end; i++) {
                if (buffer[i] == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer, start, i);
                    start = i + 1;
                    return line;
                }
            }
            int pending = end - start;
            if (pending > maxLineBytes) {
                throw new CommandFailure("a line is longer than " + maxLineBytes + " bytes");
            }
            makeRoom();
            searched = start + pending;
            int read = input.read(buffer, end, buffer.length - end);
            if (read < 0) {
                if (pending == 0) {
                    return null;
                }
                byte[] last = Arrays.copyOfRange(buffer, start, end);
                start = end;
                return last;
            }
            end += read;
        }
    }

    private void makeRoom() {
        if (end < buffer.length) {
            return;
        }
        int pending = end - start;
        byte[] target = pending > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, start, target, 0, pending);
        buffer = target;
        start = 0;
        end = pending;
    }
}
