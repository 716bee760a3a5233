package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.Entry;
import dev.cometlog.Exhausted;
import dev.cometlog.GuideExamples;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.HttpOptions;
import dev.cometlog.forward.HttpSink;
import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.Sink;
import dev.cometlog.kafka.KafkaOptions;
import dev.cometlog.kafka.KafkaSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The examples of docs/guide/forwarding.md: each works, and the page shows exactly these.
@Timeout(60)
class ForwardingGuideTest {
    @TempDir
    private Path directory;

    private Comet comet;
    private HttpServer server;
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() throws IOException {
        comet = Comet.open(directory);
        for (int i = 0; i < 3; i++) {
            comet.stream("events:v1", 1).append(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.addAll(body.lines().toList());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        comet.close();
    }

    private void serve() {
        Awaitility.await().until(() -> {
            try (CometConsumer consumer = comet.consumer("uplink")) {
                return consumer.lag("events:v1").entries() == 0;
            }
        });
    }

    @Test
    void http() throws Exception {
        URI collector = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/in");
        // example http begins
        HttpOptions receiver = HttpOptions.builder(collector).build(); // a URI
        ForwarderOptions options = ForwarderOptions.builder().stream("events:v1")
                .onReject(Exhausted.deadLetter("events-dlq:v1"))
                .build();
        try (Forwarder forwarder = Forwarder.start(comet, "uplink", new HttpSink(receiver), options)) {
            serve(); // as long as the service runs
            System.out.println(forwarder.stats().sent() + " sent, last problem: "
                    + forwarder.stats().lastProblem());
        }
        // example http ends
        assertThat(received).hasSize(3).first().asString().contains("\"offset\":0", "\"payload\":\"0\"");
    }

    @Test
    void kafka() throws Exception {
        ForwarderOptions options =
                ForwarderOptions.builder().stream("events:v1").build();
        // example kafka begins
        KafkaOptions kafka = KafkaOptions.builder("127.0.0.1:9092,127.0.0.1:9093")
                .topic("edge-{stream}") // events:v1 goes to edge-events.v1
                .source("box-17")
                .property("compression.type", "lz4")
                .build();
        Forwarder forwarder = Forwarder.start(comet, "uplink", new KafkaSink(kafka), options);
        // example kafka ends
        assertThat(forwarder.failure()).isEmpty();
        // Nobody is there to wait for.
        var _ = forwarder.stop(Duration.ofMillis(1));
        forwarder.close();
    }

    @Test
    void ownSink() throws Exception {
        // example sink begins
        Sink printing = batch -> {
            for (Entry entry : batch.entries()) {
                System.out.println(entry.id() + " " + entry.data().byteSize());
            }
            return batch.all(Outcome.done());
        };
        // example sink ends
        ForwarderOptions options =
                ForwarderOptions.builder().stream("events:v1").build();
        try (Forwarder forwarder = Forwarder.start(comet, "uplink", printing, options)) {
            serve();
            assertThat(forwarder.stats().sent()).isEqualTo(3);
        }
    }

    @Test
    void theGuideShowsExactlyTheseExamples() throws IOException {
        GuideExamples.assertShown("docs/guide/forwarding.md", ForwardingGuideTest.class);
    }
}
