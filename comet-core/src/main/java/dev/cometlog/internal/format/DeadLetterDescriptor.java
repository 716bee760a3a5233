package dev.cometlog.internal.format;

import dev.cometlog.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The payload of an entry in a stream of dead letters, little-endian.
///
///     +-----------+------------+---------+-----------+---------------+
///     | version 4 | attempts 4 | shard 4 | offset 8  | timestamp 8   |
///     +-----------+------------+---------+-----------+---------------+
///     | stream 4 + n  |  error class 4 + n  |  error message 4 + n   |   texts: length and UTF-8
///     +---------------+---------------------+------------------------+
///     | the payload as it was, to the end                            |
///     +--------------------------------------------------------------+
///
/// Error texts longer than 4096 bytes are cut.
public final class DeadLetterDescriptor {
    private static final int VERSION = 1;
    private static final int VERSION_FIELD = 0;
    private static final int ATTEMPTS_FIELD = VERSION_FIELD + Integer.BYTES;
    private static final int SHARD_FIELD = ATTEMPTS_FIELD + Integer.BYTES;
    private static final int OFFSET_FIELD = SHARD_FIELD + Integer.BYTES;
    private static final int TIMESTAMP_FIELD = OFFSET_FIELD + Long.BYTES;
    private static final int TEXTS_FIELD = TIMESTAMP_FIELD + Long.BYTES;
    private static final int MAX_ERROR_BYTES = 4096;

    private final byte[] bytes;
    private final int errorClassField;
    private final int errorMessageField;
    private final int payloadField;

    /// @throws IllegalArgumentException if the bytes are no dead letter
    public DeadLetterDescriptor(byte[] bytes) {
        if (bytes.length < TEXTS_FIELD || LittleEndian.getInt(bytes, VERSION_FIELD) != VERSION) {
            throw new IllegalArgumentException(
                    "not a dead letter of version " + VERSION + ": " + bytes.length + " bytes");
        }
        int shard = LittleEndian.getInt(bytes, SHARD_FIELD);
        long offset = LittleEndian.getLong(bytes, OFFSET_FIELD);
        if (shard < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    "not a dead letter: it would come from shard " + shard + " and offset " + offset);
        }
        this.bytes = bytes;
        this.errorClassField = behindText(bytes, TEXTS_FIELD);
        this.errorMessageField = behindText(bytes, errorClassField);
        this.payloadField = behindText(bytes, errorMessageField);
    }

    private static int behindText(byte[] bytes, int field) {
        int length = field + Integer.BYTES <= bytes.length ? LittleEndian.getInt(bytes, field) : -1;
        if (length < 0 || length > bytes.length - field - Integer.BYTES) {
            throw new IllegalArgumentException("not a dead letter: the text at " + field + " passes the end");
        }
        return field + Integer.BYTES + length;
    }

    public static byte[] encode(EntryId origin, long timestampMicros, int attempts, Throwable error, byte[] payload) {
        byte[] stream = origin.stream().getBytes(StandardCharsets.UTF_8);
        byte[] errorClass = cut(error.getClass().getName());
        byte[] errorMessage = cut(String.valueOf(error.getMessage()));
        int length = TEXTS_FIELD + 3 * Integer.BYTES + stream.length + errorClass.length + errorMessage.length;
        byte[] bytes = new byte[Math.addExact(length, payload.length)];
        LittleEndian.putInt(bytes, VERSION_FIELD, VERSION);
        LittleEndian.putInt(bytes, ATTEMPTS_FIELD, attempts);
        LittleEndian.putInt(bytes, SHARD_FIELD, origin.shard());
        LittleEndian.putLong(bytes, OFFSET_FIELD, origin.offset());
        LittleEndian.putLong(bytes, TIMESTAMP_FIELD, timestampMicros);
        int at = putText(bytes, TEXTS_FIELD, stream);
        at = putText(bytes, at, errorClass);
        at = putText(bytes, at, errorMessage);
        System.arraycopy(payload, 0, bytes, at, payload.length);
        return bytes;
    }

    private static byte[] cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_ERROR_BYTES);
        // Not within a character.
        while (length > 0 && length < bytes.length && (bytes[length] & 0xc0) == 0x80) {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static int putText(byte[] bytes, int field, byte[] text) {
        LittleEndian.putInt(bytes, field, text.length);
        System.arraycopy(text, 0, bytes, field + Integer.BYTES, text.length);
        return field + Integer.BYTES + text.length;
    }

    private String text(int field) {
        return new String(bytes, field + Integer.BYTES, LittleEndian.getInt(bytes, field), StandardCharsets.UTF_8);
    }

    public EntryId origin() {
        int shard = LittleEndian.getInt(bytes, SHARD_FIELD);
        return new EntryId(text(TEXTS_FIELD), shard, LittleEndian.getLong(bytes, OFFSET_FIELD));
    }

    public long timestampMicros() {
        return LittleEndian.getLong(bytes, TIMESTAMP_FIELD);
    }

    public int attempts() {
        return LittleEndian.getInt(bytes, ATTEMPTS_FIELD);
    }

    public String errorClass() {
        return text(errorClassField);
    }

    public String errorMessage() {
        return text(errorMessageField);
    }

    public byte[] payload() {
        return Arrays.copyOfRange(bytes, payloadField, bytes.length);
    }
}
