package dev.cometlog.bench.compression;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// Log records of a small web shop as JSON, of about 330 bytes: requests of several lines that run side by side, with
/// random trace ids, users, durations and now and then an error. The same seed gives the same records.
final class JsonLogs {
    private static final int SIDE_BY_SIDE = 8;
    private static final String[] SERVICES = {"checkout", "catalog", "payment", "session", "gateway", "mail"};
    private static final String[] LOGGERS = {
        "dev.shop.http.AccessLog", "dev.shop.orders.OrderService", "dev.shop.db.ConnectionPool", "dev.shop.cache.Lookup"
    };
    private static final String[] PATHS = {"/api/orders/%d", "/api/items/%d", "/api/carts/%d/items", "/health"};
    private static final String[] METHODS = {"GET", "GET", "GET", "POST", "PUT", "DELETE"};
    private static final String[] MESSAGES = {
        "request received",
        "cache lookup of item %d took %d us",
        "query returned %d rows in %d us",
        "order %d accepted, total %d.99 EUR",
        "connection taken from the pool, %d of %d in use",
        "response sent"
    };

    private final Random random;
    private final List<Request> running = new ArrayList<>();
    private long micros = Instant.parse("2026-03-01T08:00:00Z").toEpochMilli() * 1000;

    /// What the lines of one request have in common.
    private record Request(
            String trace, String service, String host, int user, String method, String path, AtomicInteger left) {}

    JsonLogs(long seed) {
        random = new Random(seed);
    }

    List<byte[]> next(int count) {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(next());
        }
        return records;
    }

    byte[] next() {
        while (running.size() < SIDE_BY_SIDE) {
            running.add(request());
        }
        Request request = running.get(random.nextInt(SIDE_BY_SIDE));
        if (request.left().decrementAndGet() == 0) {
            running.remove(request);
        }
        micros += random.nextInt(3000);
        boolean failed = random.nextInt(200) == 0;
        String level = failed ? "ERROR" : random.nextInt(12) == 0 ? "WARN" : random.nextInt(4) == 0 ? "DEBUG" : "INFO";
        String message =
                MESSAGES[random.nextInt(MESSAGES.length)].formatted(random.nextInt(90_000), random.nextInt(900));
        StringBuilder json = new StringBuilder(400);
        json.append("{\"@timestamp\":\"").append(Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000));
        json.append("\",\"level\":\"").append(level);
        json.append("\",\"service\":\"").append(request.service());
        json.append("\",\"host\":\"").append(request.host());
        json.append("\",\"thread\":\"http-").append(random.nextInt(32));
        json.append("\",\"logger\":\"").append(LOGGERS[random.nextInt(LOGGERS.length)]);
        json.append("\",\"trace_id\":\"").append(request.trace());
        json.append("\",\"user\":").append(request.user());
        json.append(",\"method\":\"").append(request.method());
        json.append("\",\"path\":\"").append(request.path());
        json.append("\",\"status\":").append(failed ? 500 : random.nextInt(20) == 0 ? 404 : 200);
        json.append(",\"duration_us\":").append(100 + random.nextInt(20_000));
        json.append(",\"message\":\"").append(message).append('"');
        if (failed) {
            json.append(",\"error\":\"java.io.IOException: connection reset by peer\\n\\tat dev.shop.db.ConnectionPool")
                    .append(".read(ConnectionPool.java:")
                    .append(random.nextInt(400))
                    .append(")\"");
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private Request request() {
        String service = SERVICES[random.nextInt(SERVICES.length)];
        return new Request(
                "%016x%016x".formatted(random.nextLong(), random.nextLong()),
                service,
                service + "-" + random.nextInt(4),
                random.nextInt(50_000),
                METHODS[random.nextInt(METHODS.length)],
                PATHS[random.nextInt(PATHS.length)].formatted(random.nextInt(100_000)),
                new AtomicInteger(1 + random.nextInt(8)));
    }
}
