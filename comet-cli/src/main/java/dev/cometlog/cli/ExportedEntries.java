package dev.cometlog.cli;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;

/// Reads entries that [EntryPrinter] wrote as JSON, one object after the other. Other properties are passed over.
final class ExportedEntries implements AutoCloseable {
    private final JsonParser json;
    private final String source;

    ExportedEntries(InputStream input, String source) {
        this.json = RecordJson.FACTORY.createParser(ObjectReadContext.empty(), input);
        this.source = source;
    }

    /// One entry as it was written.
    static final class Exported {
        private final int shard;
        private final byte[] payload;

        Exported(int shard, byte[] payload) {
            this.shard = shard;
            this.payload = payload;
        }

        int shard() {
            return shard;
        }

        byte[] payload() {
            return payload;
        }
    }

    /// The next entry; null at the end.
    ///
    /// @throws CommandFailure naming the line if it is none
    @Nullable
    Exported next() {
        try {
            JsonToken token = json.nextToken();
            if (token == null) {
                return null;
            }
            if (token != JsonToken.START_OBJECT) {
                throw failure("an object was expected");
            }
            return object();
        } catch (StreamReadException e) {
            throw failure(String.valueOf(e.getOriginalMessage()));
        }
    }

    private Exported object() {
        int shard = 0;
        byte @Nullable [] payload = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "shard" -> {
                    require(value == JsonToken.VALUE_NUMBER_INT, "shard must be a number");
                    shard = json.getIntValue();
                    require(shard >= 0, "shard must not be negative");
                }
                case "payload" -> {
                    require(value == JsonToken.VALUE_STRING, "payload must be text");
                    payload = json.getString().getBytes(StandardCharsets.UTF_8);
                }
                case "payloadBase64" -> {
                    require(value == JsonToken.VALUE_STRING, "payloadBase64 must be text");
                    payload = json.getBinaryValue();
                }
                default -> json.skipChildren();
            }
        }
        if (payload == null) {
            throw failure("the object has neither payload nor payloadBase64");
        }
        return new Exported(shard, payload);
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            throw failure(problem);
        }
    }

    private CommandFailure failure(String problem) {
        return new CommandFailure(source + ", line " + json.currentLocation().getLineNr() + ": " + problem);
    }

    @Override
    public void close() {
        json.close();
    }
}
