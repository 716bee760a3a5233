package dev.cometlog.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/// Prints entries, as raw payloads or as JSON.
final class EntryPrinter {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private final Output output;
    private final String stream;
    private final EntryFormat format;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    EntryPrinter(Output output, String stream, EntryFormat format) {
        this.output = output;
        this.stream = stream;
        this.format = format;
    }

    void print(StoredEntry entry) {
        byte[] payload = entry.payload();
        if (format == EntryFormat.json) {
            json(entry, payload);
        } else {
            output.write(payload, 0, payload.length);
        }
        output.write('\n');
    }

    private void json(StoredEntry entry, byte[] payload) {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
            json.writeStartObject();
            json.writeStringProperty("stream", stream);
            json.writeNumberProperty("shard", entry.shard());
            json.writeNumberProperty("offset", entry.offset());
            json.writeStringProperty(
                    "timestamp",
                    Instant.EPOCH
                            .plus(entry.timestampMicros(), ChronoUnit.MICROS)
                            .toString());
            Optional<String> text = text(payload);
            if (text.isPresent()) {
                json.writeStringProperty("payload", text.get());
            } else {
                // Another name, so that text which happens to look like Base64 is never mistaken for it.
                json.writeName("payloadBase64");
                json.writeBinary(payload);
            }
            json.writeEndObject();
        }
    }

    private Optional<String> text(byte[] payload) {
        try {
            return Optional.of(utf8.decode(ByteBuffer.wrap(payload)).toString());
        } catch (CharacterCodingException e) {
            // Not text, which is an answer and no error.
            return Optional.empty();
        }
    }
}
