package dev.cometlog.internal.log;

import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.PropertiesText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// The text of `comet.properties` and `stream.properties`, as it is found and with a check that is right.
public final class PropertiesFuzz implements FuzzTarget {
    @Override
    public void decode(byte[] input) {
        decodeText(input);
        decodeText(checked(input));
    }

    private static byte[] checked(byte[] body) {
        byte[] line = "crc32c=%08x%n".formatted(Crc.of(body, 0, body.length)).getBytes(StandardCharsets.US_ASCII);
        byte[] text = Arrays.copyOf(body, body.length + line.length);
        System.arraycopy(line, 0, text, body.length, line.length);
        return text;
    }

    private static void decodeText(byte[] text) {
        Optional<SortedMap<String, String>> decoded = PropertiesText.decode(text);
        if (decoded.isEmpty()) {
            return;
        }
        Map<String, String> properties = decoded.get();
        if (!PropertiesText.decode(PropertiesText.encode(properties)).equals(decoded)) {
            throw new AssertionError("does not come back: " + properties);
        }
        try {
            StreamSettings _ = StreamSettings.of(properties);
        } catch (IllegalArgumentException e) {
            requireName(e);
        }
        try {
            DirectorySettings _ = DirectorySettings.of(properties);
        } catch (IllegalArgumentException e) {
            requireName(e);
        }
    }

    /// What is refused is refused by name.
    private static void requireName(IllegalArgumentException e) {
        if (e.getMessage() == null || e.getMessage().indexOf('=') < 0) {
            throw new AssertionError("names no value: " + e.getMessage(), e);
        }
    }
}
