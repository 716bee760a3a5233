package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EntryPrinterTest {

    @Test
    void rawIsThePayloadAndALineFeed() {
        byte[] payload = {'a', 0, '\r', (byte) 0xff};

        assertThat(print(EntryFormat.raw, payload)).containsExactly('a', 0, '\r', 0xff, '\n');
    }

    @Test
    void jsonShowsTextAsText() {
        byte[] payload = "a \"quoted\" grüße\n".getBytes(StandardCharsets.UTF_8);

        assertThat(new String(print(EntryFormat.json, payload), StandardCharsets.UTF_8))
                .isEqualTo("""
                {"stream":"events:v1","shard":7,"offset":12,"timestamp":"1970-01-01T00:00:01.000002Z",\
                "payload":"a \\"quoted\\" grüße\\n"}
                """);
    }

    @Test
    void jsonShowsOtherBytesAsBase64UnderAnotherName() {
        byte[] payload = {(byte) 0xff, 0, 1};

        assertThat(new String(print(EntryFormat.json, payload), StandardCharsets.UTF_8))
                .endsWith("\"payloadBase64\":\"/wAB\"}\n");
    }

    private static byte[] print(EntryFormat format, byte[] payload) {
        var bytes = new ByteArrayOutputStream();
        try (var output = new Output(bytes)) {
            new EntryPrinter(output, "events:v1", format).print(new StoredEntry(7, 12, 1_000_002, payload));
        }
        return bytes.toByteArray();
    }
}
