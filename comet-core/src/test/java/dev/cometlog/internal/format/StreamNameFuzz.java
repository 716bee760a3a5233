package dev.cometlog.internal.format;

import dev.cometlog.EntryId;
import dev.cometlog.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;

/// File names that are to become names of streams and groups, names that are to become file names, and ids.
public final class StreamNameFuzz implements FuzzTarget {
    @Override
    public void decode(byte[] input) {
        decodeFileName(new String(input, StandardCharsets.ISO_8859_1));
        checkName(new String(input, StandardCharsets.UTF_8));
        checkName(new String(input, StandardCharsets.UTF_16BE));
        parseId(new String(input, StandardCharsets.UTF_8));
    }

    private static void decodeFileName(String encoded) {
        String name;
        try {
            name = StreamName.decode(encoded);
        } catch (IllegalArgumentException _) {
            return;
        }
        require(StreamName.encode(name).equals(encoded), "two file names stand for one name: " + encoded);
    }

    private static void checkName(String name) {
        try {
            var _ = StreamName.checkStream(name);
        } catch (IllegalArgumentException _) {
            return;
        }
        String encoded = StreamName.encode(name);
        require(encoded.length() <= StreamName.MAX_ENCODED_BYTES, "too long: " + encoded);
        require(encoded.matches("[A-Za-z0-9_%-][A-Za-z0-9_%.-]*"), "no file name: " + encoded);
        require(StreamName.decode(encoded).equals(name), "does not come back: " + encoded);
    }

    private static void parseId(String text) {
        EntryId id;
        try {
            id = EntryId.parse(text);
        } catch (IllegalArgumentException _) {
            return;
        }
        require(EntryId.parse(id.toString()).equals(id), "does not come back: " + id);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
