package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.Varint;
import java.util.List;

/// Lays a batch out as frames in a private buffer, outside every lock.
///
/// Each frame's header holds its length word and, in the CRC field, the body's CRC32C alone; time and
/// place are put in when it is written to its segment. Not thread-safe; reused.
final class BatchEncoder {
    private byte[] buffer = new byte[8192];
    private int length;
    private int entries;

    byte[] buffer() {
        return buffer;
    }

    /// Bytes of all frames.
    int length() {
        return length;
    }

    int entries() {
        return entries;
    }

    /// Bytes that stay allocated when the encoder is put back.
    int retainedBytes() {
        return buffer.length;
    }

    /// Encodes payloads that were checked before.
    void encode(List<byte[]> payloads) {
        length = 0;
        entries = payloads.size();
        int from = 0;
        while (from < entries) {
            int to = from;
            int body = Varint.MAX_LENGTH;
            while (to < entries) {
                int size = payloads.get(to).length;
                int encoded = Varint.length(size) + size;
                if (to > from && body + encoded > FrameDescriptor.TARGET_BODY_LENGTH) {
                    break;
                }
                body += encoded;
                to++;
            }
            int more = to < entries ? FrameDescriptor.MORE_FOLLOWS : 0;
            if (to - from == 1 && payloads.get(from).length > 0) {
                lone(payloads.get(from), more);
            } else {
                many(payloads, from, to, body, more);
            }
            from = to;
        }
    }

    private void lone(byte[] payload, int more) {
        int at = room(payload.length);
        System.arraycopy(payload, 0, buffer, at, payload.length);
        close(at, payload.length, more);
    }

    private void many(List<byte[]> payloads, int from, int to, int atMost, int more) {
        int body = room(atMost);
        int at = Varint.put(buffer, body, to - from);
        for (int i = from; i < to; i++) {
            byte[] payload = payloads.get(i);
            at = Varint.put(buffer, at, payload.length);
            System.arraycopy(payload, 0, buffer, at, payload.length);
            at += payload.length;
        }
        close(body, at - body, more | FrameDescriptor.MANY);
    }

    /// How many entries the encoded frame at `at` holds.
    static int entriesAt(byte[] frames, int at) {
        int word = LittleEndian.getInt(frames, at + FrameDescriptor.LENGTH_FIELD);
        if (!FrameDescriptor.isMany(word)) {
            return 1;
        }
        return Varint.value(
                Varint.get(frames, at + FrameDescriptor.HEADER_LENGTH, at + FrameDescriptor.frameLength(word)));
    }

    private int room(int body) {
        int needed = length + FrameDescriptor.HEADER_LENGTH + body;
        if (buffer.length < needed) {
            byte[] larger = new byte[Math.max(needed, buffer.length * 2)];
            System.arraycopy(buffer, 0, larger, 0, length);
            buffer = larger;
        }
        return length + FrameDescriptor.HEADER_LENGTH;
    }

    private void close(int body, int bytes, int flags) {
        int header = body - FrameDescriptor.HEADER_LENGTH;
        LittleEndian.putInt(buffer, header + FrameDescriptor.LENGTH_FIELD, bytes | flags);
        LittleEndian.putInt(buffer, header + FrameDescriptor.CRC_FIELD, Crc.of(buffer, body, bytes));
        LittleEndian.putInt(buffer, header + FrameDescriptor.TIME_DELTA_FIELD, 0);
        length = body + bytes;
    }
}
