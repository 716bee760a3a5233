package dev.cometlog.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Posts each batch as newline-delimited JSON and takes the status code for the answer.
///
/// 2xx means that the receiver has every line. 429, 5xx, refused connections and answers that do not come are tried
/// again, not before `Retry-After` has passed; other 4xx reject the batch, which then comes in halves. Wrong
/// addresses and credentials (401, 403, 404, 405, 407) are tried again too, since the entries are not to blame.
/// Redirects are not followed. Thread-safe; shards are posted at the same time.
public final class HttpSink implements Sink {
    private static final int TEXT_BYTES = 300;

    private final HttpOptions options;
    private final HttpClient client;

    public HttpSink(HttpOptions options) {
        this.options = options;
        this.client = HttpClient.newBuilder()
                .connectTimeout(options.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                // Without TLS an upgrade would have to be asked for, which receivers take ill.
                .version(
                        "https".equalsIgnoreCase(options.target().getScheme())
                                ? HttpClient.Version.HTTP_2
                                : HttpClient.Version.HTTP_1_1)
                .build();
        // Refuses headers that cannot be sent, now and not at the first batch.
        var _ = request().build();
    }

    @Override
    public List<Outcome> send(SinkBatch batch) throws IOException, InterruptedException {
        NdjsonBatch lines = NdjsonBatch.of(batch, options.format());
        return lines.count() == 0
                ? lines.outcomes(batch, Outcome.done())
                : lines.outcomes(batch, post(lines.lines()).outcome(Instant.now()));
    }

    private HttpAnswer post(NdjsonWriter lines) throws IOException, InterruptedException {
        byte[] body = options.gzip() ? zipped(lines) : lines.toBytes();
        HttpRequest request =
                request().POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            // Of a receiver that talks without end the beginning is enough.
            byte[] text = in.readNBytes(TEXT_BYTES);
            return new HttpAnswer(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After"),
                    new String(text, StandardCharsets.UTF_8));
        }
    }

    private HttpRequest.Builder request() {
        HttpRequest.Builder builder = HttpRequest.newBuilder(options.target())
                .timeout(options.timeout())
                .header("Content-Type", "application/x-ndjson");
        if (options.gzip()) {
            builder.header("Content-Encoding", "gzip");
        }
        options.headers().forEach(builder::setHeader);
        return builder;
    }

    private static byte[] zipped(NdjsonWriter lines) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(lines.length() / 4);
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(lines.toBytes());
        }
        return zipped.toByteArray();
    }

    /// Ends what is still under way.
    @Override
    public void close() {
        client.shutdownNow();
    }
}
