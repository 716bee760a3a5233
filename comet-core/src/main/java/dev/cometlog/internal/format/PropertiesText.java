package dev.cometlog.internal.format;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The text of `comet.properties` and `stream.properties`: sorted `key=value` lines, the last of which is
/// `crc32c=` and eight hex digits over all bytes before it. People may read it; only the program writes it.
public final class PropertiesText {
    private static final String CRC_KEY = "crc32c=";

    private PropertiesText() {}

    public static byte[] encode(Map<String, String> properties) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(properties).forEach((key, value) -> {
            if (key.contains("=") || key.contains("\n") || value.contains("\n")) {
                throw new IllegalArgumentException("property cannot be stored: " + key + "=" + value);
            }
            text.append(key).append('=').append(value).append('\n');
        });
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        text.append(CRC_KEY)
                .append("%08x".formatted(Crc.of(body, 0, body.length)))
                .append('\n');
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// The properties, or empty if the text is damaged in any way.
    public static Optional<SortedMap<String, String>> decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int crcLine = text.lastIndexOf(CRC_KEY);
        if (crcLine < 0 || (crcLine > 0 && text.charAt(crcLine - 1) != '\n')) {
            return Optional.empty();
        }
        byte[] body = text.substring(0, crcLine).getBytes(StandardCharsets.UTF_8);
        String expected = CRC_KEY + "%08x".formatted(Crc.of(body, 0, body.length)) + "\n";
        if (!text.substring(crcLine).equals(expected)) {
            return Optional.empty();
        }
        SortedMap<String, String> properties = new TreeMap<>();
        for (String line : text.substring(0, crcLine).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                properties.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return Optional.of(properties);
    }
}
