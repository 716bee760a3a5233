package dev.cometlog.internal.format;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Stream and group names as users write them, and the directory and file names they become.
///
/// Percent-encoding keeps letters, digits, `-`, `_` and `.`; every other UTF-8 byte becomes `%XX`, so
/// two names never share a file, on any filesystem that keeps case apart.
public final class StreamName {
    public static final int MAX_ENCODED_BYTES = 200;
    public static final String SHARD_SEPARATOR = ":shard:";

    private StreamName() {}

    /// Returns `name` if it can name a stream or a group.
    ///
    /// @throws IllegalArgumentException naming the value, if it is empty, too long, holds `..`, `/` or a control
    ///     character, or (for a stream) looks like the full name of a shard
    public static String check(String kind, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(kind + " name must not be empty");
        }
        if (name.contains("..") || name.indexOf('/') >= 0 || name.equals(".")) {
            throw new IllegalArgumentException(kind + " name must not contain '..' or '/': \"" + name + "\"");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException(
                        kind + " name must not contain control characters: U+%04X at index %d".formatted((int) c, i));
            }
            if (Character.isSurrogate(c) && !isPaired(name, i)) {
                throw new IllegalArgumentException(
                        kind + " name is not valid Unicode: lone surrogate U+%04X at index %d".formatted((int) c, i));
            }
        }
        int encoded = encode(name).length();
        if (encoded > MAX_ENCODED_BYTES) {
            throw new IllegalArgumentException(kind + " name must have at most " + MAX_ENCODED_BYTES
                    + " encoded bytes, it has " + encoded + ": \"" + name + "\"");
        }
        return name;
    }

    /// Like [#check(String, String)] for a stream, which must not look like a shard's full name either.
    public static String checkStream(String name) {
        check("stream", name);
        if (name.contains(SHARD_SEPARATOR)) {
            throw new IllegalArgumentException(
                    "stream name must not contain '" + SHARD_SEPARATOR + "': \"" + name + "\"");
        }
        return name;
    }

    /// Like [#checkStream(String)] for a stream that is about to be made: a `*` at the end of a name stands for all
    /// streams that begin so, wherever streams are chosen by name.
    public static String checkNewStream(String name) {
        checkStream(name);
        if (name.indexOf('*') >= 0) {
            throw new IllegalArgumentException("stream name must not contain '*': \"" + name + "\"");
        }
        return name;
    }

    private static boolean isPaired(String name, int i) {
        char c = name.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(name.charAt(i - 1));
    }

    public static String encode(String name) {
        StringBuilder text = new StringBuilder(name.length() + 8);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            // A leading dot would make a hidden file.
            if (plain || c == '-' || c == '_' || (c == '.' && !text.isEmpty())) {
                text.append(c);
            } else {
                text.append('%').append("%02X".formatted((int) c));
            }
        }
        return text.toString();
    }

    /// The name that `encoded` stands for; empty if no name is encoded like this.
    public static Optional<String> decoded(String encoded) {
        try {
            return Optional.of(decode(encoded));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// The name that `encoded` stands for.
    ///
    /// @throws IllegalArgumentException if no name is encoded like this
    public static String decode(String encoded) {
        byte[] bytes = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length()) {
                String hex = encoded.substring(i + 1, i + 3);
                if (!hex.matches("[0-9A-F]{2}")) {
                    throw new IllegalArgumentException("not an encoded name: \"" + encoded + "\"");
                }
                bytes[length++] = (byte) Integer.parseInt(hex, 16);
                i += 2;
            } else if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else {
                throw new IllegalArgumentException("not an encoded name: \"" + encoded + "\"");
            }
        }
        String name = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (name.isEmpty() || !encode(name).equals(encoded)) {
            throw new IllegalArgumentException("not an encoded name: \"" + encoded + "\"");
        }
        return name;
    }

    /// The full name of a shard: `events:v1:shard:0007`.
    public static String ofShard(String stream, int shard) {
        return stream + SHARD_SEPARATOR + shardText(shard);
    }

    /// A shard's number as its directory is called: at least four digits.
    public static String shardText(int shard) {
        return String.format(Locale.ROOT, "%04d", shard);
    }
}
