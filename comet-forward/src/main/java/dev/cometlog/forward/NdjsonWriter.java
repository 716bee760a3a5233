package dev.cometlog.forward;

import dev.cometlog.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// Writes entries as lines of JSON into a buffer that grows. Used by one thread.
final class NdjsonWriter {
    private static final byte[] ESCAPES = escapes();
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_BYTES = 8 << 10;

    private final NdjsonFormat format;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private byte[] buffer = new byte[FIRST_BYTES];
    private int length;

    NdjsonWriter(NdjsonFormat format) {
        this.format = format;
    }

    /// By character: 0 to write it as it is, 'u' to write it as a number, else the letter behind the backslash.
    private static byte[] escapes() {
        byte[] escapes = new byte[128];
        Arrays.fill(escapes, 0, ' ', (byte) 'u');
        escapes['\n'] = 'n';
        escapes['\r'] = 'r';
        escapes['\t'] = 't';
        escapes['\b'] = 'b';
        escapes['\f'] = 'f';
        escapes['"'] = '"';
        escapes['\\'] = '\\';
        return escapes;
    }

    /// Whether the entry can be a line.
    boolean accepts(byte[] payload) {
        if (format == NdjsonFormat.ENVELOPE) {
            return true;
        }
        for (byte b : payload) {
            if (b == '\n' || b == '\r') {
                return false;
            }
        }
        return payload.length > 0;
    }

    /// Appends a line.
    void write(Entry entry, byte[] payload) {
        if (format == NdjsonFormat.PAYLOAD) {
            raw(payload);
        } else {
            envelope(entry, payload);
        }
        raw((byte) '\n');
    }

    private void envelope(Entry entry, byte[] payload) {
        ascii("{\"stream\":");
        string(entry.id().stream().getBytes(StandardCharsets.UTF_8));
        ascii(",\"shard\":" + entry.id().shard());
        ascii(",\"offset\":" + entry.id().offset());
        ascii(",\"timestamp\":\"" + entry.timestamp() + "\",");
        if (isText(payload)) {
            ascii("\"payload\":");
            string(payload);
        } else {
            // Another name, so that text which happens to look like Base64 is never mistaken for it.
            ascii("\"payloadBase64\":");
            string(Base64.getEncoder().encode(payload));
        }
        raw((byte) '}');
    }

    private boolean isText(byte[] payload) {
        try {
            var _ = utf8.decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException e) {
            // Not text, which is an answer and no error.
            return false;
        }
    }

    private void string(byte[] text) {
        raw((byte) '"');
        for (byte b : text) {
            byte escape = b < 0 ? 0 : ESCAPES[b];
            if (escape == 0) {
                raw(b);
            } else if (escape == 'u') {
                ascii("\\u00");
                raw(HEX[b >> 4]);
                raw(HEX[b & 0xf]);
            } else {
                raw((byte) '\\');
                raw(escape);
            }
        }
        raw((byte) '"');
    }

    private void ascii(String text) {
        raw(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void raw(byte b) {
        room(1);
        buffer[length++] = b;
    }

    private void room(int count) {
        if (count > buffer.length - length) {
            long wanted = Math.max(2L * buffer.length, (long) length + count);
            buffer = Arrays.copyOf(buffer, Math.toIntExact(Math.min(wanted, Integer.MAX_VALUE - 8L)));
        }
    }

    int length() {
        return length;
    }

    /// What was written.
    ByteBuffer bytes() {
        return ByteBuffer.wrap(buffer, 0, length);
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }
}
