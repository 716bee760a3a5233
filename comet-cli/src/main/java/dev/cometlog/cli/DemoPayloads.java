package dev.cometlog.cli;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SplittableRandom;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Makes log records, metrics and spans as services write them: JSON of 150 to 400 bytes, each with a key.
///
/// Not thread-safe.
final class DemoPayloads {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String[] SERVICES = {"checkout", "inventory", "payment", "gateway", "search", "session"};
    private static final String[] LEVELS = {"DEBUG", "INFO", "INFO", "INFO", "INFO", "WARN", "ERROR"};
    private static final String[] ROUTES = {"/cart", "/cart/items", "/orders", "/orders/latest", "/search", "/login"};
    private static final String[] METRICS = {"http.server.duration", "jvm.memory.used", "db.client.connections"};
    private static final String[] MESSAGES = {
        "request finished",
        "cache miss, loading from the database",
        "connection returned to the pool after it was idle for longer than the limit",
        "retrying after a timeout: the upstream did not answer",
        "user signed in"
    };
    private static final int HOSTS = 64;

    private final int worker;
    private final SplittableRandom random;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private String key = "";

    DemoPayloads(int worker, long seed) {
        this.worker = worker;
        this.random = new SplittableRandom(seed);
    }

    /// The payload with that number; its key is [#key()].
    byte[] next(long number) {
        bytes.reset();
        key = "host-" + random.nextInt(HOSTS);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("time", Instant.now().toString());
            json.writeStringProperty("host", key);
            json.writeStringProperty("service", pick(SERVICES));
            json.writeNumberProperty("worker", worker);
            json.writeNumberProperty("number", number);
            switch ((int) (number % 3)) {
                case 0 -> logRecord(json);
                case 1 -> metric(json);
                default -> span(json);
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /// The key of the payload made last.
    String key() {
        return key;
    }

    private void logRecord(JsonGenerator json) {
        json.writeStringProperty("kind", "log");
        json.writeStringProperty("level", pick(LEVELS));
        json.writeStringProperty("message", pick(MESSAGES));
        json.writeStringProperty("traceId", hex(2));
        json.writeStringProperty("thread", "worker-" + random.nextInt(32));
    }

    private void metric(JsonGenerator json) {
        json.writeStringProperty("kind", "metric");
        json.writeStringProperty("name", pick(METRICS));
        json.writeStringProperty("route", pick(ROUTES));
        json.writeNumberProperty("count", random.nextInt(1, 500));
        json.writeNumberProperty("sum", random.nextInt(1, 5_000_000) / 1000.0);
    }

    private void span(JsonGenerator json) {
        json.writeStringProperty("kind", "span");
        json.writeStringProperty("name", "GET " + pick(ROUTES));
        json.writeStringProperty("traceId", hex(2));
        json.writeStringProperty("spanId", hex(1));
        json.writeStringProperty("parentId", hex(1));
        json.writeNumberProperty("durationMicros", random.nextInt(50, 250_000));
        json.writeStringProperty("status", random.nextInt(50) == 0 ? "error" : "ok");
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String hex(int words) {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(HexFormat.of().toHexDigits(random.nextLong()));
        }
        return text.toString();
    }
}
