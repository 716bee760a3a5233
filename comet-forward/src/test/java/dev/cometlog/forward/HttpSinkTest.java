package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.Exhausted;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Forwarding over real HTTP to a receiver that misbehaves in every way.
class HttpSinkTest extends ForwarderFixture {
    private static final Receiver.Answer OK = new Receiver.Answer.Status(200, "");

    private static Receiver.Answer status(int code) {
        return new Receiver.Answer.Status(code, "");
    }

    private static HttpOptions.Builder payloads(Receiver receiver) {
        return HttpOptions.builder(receiver.uri()).format(NdjsonFormat.PAYLOAD);
    }

    private static Function<List<String>, Receiver.Answer> inTurn(Receiver.Answer... answers) {
        AtomicInteger turn = new AtomicInteger();
        return lines -> answers[turn.getAndIncrement() % answers.length];
    }

    private Duration paused() {
        return pace.pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void everyEntryGetsThroughToAReceiverThatDoesEverythingWrong() throws Exception {
        append(0, 200);
        try (Receiver receiver = new Receiver(inTurn(
                status(503),
                OK,
                new Receiver.Answer.Status(429, "Retry-After: 100"),
                new Receiver.Answer.TakeAndDrop(),
                OK,
                new Receiver.Answer.Hang(),
                new Receiver.Answer.DropInAnswer(),
                status(500)))) {
            HttpSink sink = new HttpSink(
                    payloads(receiver).timeout(Duration.ofMillis(500)).build());
            try (Forwarder forwarder = start(sink, options().batchSize(20))) {
                awaitAllAcknowledged();
                assertThat(forwarder.stats().sent()).isEqualTo(200);
                assertThat(forwarder.stats().retries()).isPositive();
            }
            assertThat(receiver.lines.stream().distinct())
                    .as("first arrivals, in order")
                    .isEqualTo(texts(0, 200));
            assertThat(receiver.lines).as("taken, but not told").hasSizeGreaterThan(200);
            assertThat(String.join(" ", receiver.answers))
                    .contains("429", "503", "Hang", "TakeAndDrop", "DropInAnswer");
        }
        assertThat(paused()).isGreaterThan(Duration.ofSeconds(100));
    }

    @Test
    void retryAfterIsWaitedFor() throws Exception {
        append(0, 1);
        AtomicInteger calls = new AtomicInteger();
        try (Receiver receiver = new Receiver(
                lines -> calls.getAndIncrement() == 0 ? new Receiver.Answer.Status(503, "Retry-After: 77") : OK)) {
            try (Forwarder forwarder = start(new HttpSink(payloads(receiver).build()), options())) {
                awaitAllAcknowledged();
                assertThat(forwarder.stats().lastProblem()).isEqualTo("events:v1:shard:0000@0: HTTP 503: ok");
            }
        }
        assertThat(paused()).hasSeconds(77);
    }

    @Test
    void ofABatchThatIsRefusedTheEntryToBlameAloneGoesToTheDeadLetters() throws Exception {
        append(0, 40);
        try (Receiver receiver = new Receiver(lines -> lines.contains("13") ? status(400) : OK)) {
            try (Forwarder forwarder = start(
                    new HttpSink(payloads(receiver).build()),
                    options().batchSize(40).onReject(Exhausted.deadLetter("dead:v1")))) {
                awaitAllAcknowledged();
                assertThat(forwarder.stats().rejected()).isEqualTo(1);
            }
            assertThat(receiver.lines)
                    .isEqualTo(IntStream.range(0, 40)
                            .filter(i -> i != 13)
                            .mapToObj(Integer::toString)
                            .toList());
        }
        assertThat(counts().deadLettered()).isEqualTo(1);
    }

    @Test
    void aReceiverThatIsNotThereIsTriedAgainUntilItIs() throws Exception {
        append(0, 3);
        URI nobody;
        try (Receiver gone = new Receiver(lines -> OK)) {
            nobody = gone.uri();
        }
        try (Forwarder forwarder =
                start(new HttpSink(HttpOptions.builder(nobody).build()), options())) {
            awaitTrue(() -> forwarder.stats().retries() > 3);
            assertThat(forwarder.stats().lastProblem()).contains("ConnectException");
            assertThat(forwarder.stop(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(behind()).isEqualTo(3);
    }

    @Test
    void envelopesCarryTheIdAndAnyPayload() throws Exception {
        byte[][] payloads = {
            "plain".getBytes(StandardCharsets.UTF_8),
            "\"quoted\" \\ \n\t\u0001 ü €".getBytes(StandardCharsets.UTF_8),
            {(byte) 0xff, 0, 1},
            {}
        };
        long _ = comet.stream(STREAM, 1).shard(0).append(List.of(payloads));
        String timestamp =
                comet.stream(STREAM).shard(0).recent(1).getFirst().timestamp().toString();
        try (Receiver receiver = new Receiver(lines -> OK)) {
            HttpSink sink = new HttpSink(HttpOptions.builder(receiver.uri())
                    .gzip(true)
                    .header("Authorization", "Bearer x")
                    .build());
            try (Forwarder _ = start(sink, options())) {
                awaitAllAcknowledged();
            }
            String head = "{\"stream\":\"events:v1\",\"shard\":0,\"offset\":";
            String time = ",\"timestamp\":\"" + timestamp + "\",";
            assertThat(receiver.lines)
                    .containsExactly(
                            head + 0 + time + "\"payload\":\"plain\"}",
                            head + 1 + time + "\"payload\":\"\\\"quoted\\\" \\\\ \\n\\t\\u0001 ü €\"}",
                            head + 2 + time + "\"payloadBase64\":\"/wAB\"}",
                            head + 3 + time + "\"payload\":\"\"}");
            assertThat(receiver.headers.getFirst())
                    .containsEntry("content-type", "application/x-ndjson")
                    .containsEntry("content-encoding", "gzip")
                    .containsEntry("authorization", "Bearer x");
        }
    }

    @Test
    void aPayloadThatIsNoLineIsRejectedAndTheOthersAreSent() throws Exception {
        List<byte[]> payloads = List.of(
                "1".getBytes(StandardCharsets.UTF_8),
                "2\n3".getBytes(StandardCharsets.UTF_8),
                new byte[0],
                "4".getBytes(StandardCharsets.UTF_8));
        long _ = comet.stream(STREAM, 1).shard(0).append(payloads);
        try (Receiver receiver = new Receiver(lines -> OK)) {
            try (Forwarder forwarder =
                    start(new HttpSink(payloads(receiver).build()), options().onReject(Exhausted.skip()))) {
                awaitAllAcknowledged();
                assertThat(forwarder.stats().rejected()).isEqualTo(2);
            }
            assertThat(receiver.lines).containsExactly("1", "4");
        }
    }

    @Test
    void whatIsNoHttpAddressIsRefused() {
        assertThatThrownBy(() -> HttpOptions.builder(URI.create("ftp://127.0.0.1/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ftp://127.0.0.1/");
        assertThatThrownBy(() -> new HttpSink(HttpOptions.builder(URI.create("http://127.0.0.1/"))
                        .header("Content-Length", "1")
                        .build()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
