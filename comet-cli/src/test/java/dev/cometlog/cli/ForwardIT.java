package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `comet forward`, as it is packaged.
class ForwardIT {
    private static final int SIGTERM_EXIT_CODE = 143;
    private static final String STREAM = "events:v1";

    @TempDir
    private Path dir;

    private CometJar comet;
    private String log;
    private Path error;
    private Process forward;
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void chooseADirectory() throws Exception {
        comet = new CometJar(dir);
        log = dir.resolve("log").toString();
        error = dir.resolve("error");
        append("one\ntwo\nthree\n");
    }

    @AfterEach
    void end() {
        if (forward != null) {
            forward.destroyForcibly();
        }
    }

    private void append(String lines) throws Exception {
        Path input = Files.writeString(Files.createTempFile(dir, "input", ".txt"), lines);
        var run = comet.run(input, dir.resolve("ignored"), "append", "-d", log, "--shards", "1", STREAM);
        assertThat(run).isEqualTo(new CometJar.Run(0, ""));
    }

    private void forward(String kind, String target, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("forward", kind, target, "-d", log, "-s", STREAM, "-g", "uplink"));
        arguments.addAll(List.of(more));
        forward = comet.start(error, arguments.toArray(String[]::new));
    }

    private CometJar.Run terminate() throws Exception {
        forward.destroy();
        return comet.end(forward, error);
    }

    private long behind() throws Exception {
        return Long.parseLong(comet.print(0, "groups", "ls", "-d", log).split("\t")[2]);
    }

    private HttpServer server(CountDownLatch answers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.addAll(body.lines().toList());
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void linesGoToAFileAsTheyAreAppendedUntilSigterm() throws Exception {
        Path file = dir.resolve("out.ndjson");
        forward("file", file.toString(), "--format", "payload");
        await().until(() -> Files.exists(file) && Files.readAllLines(file).size() == 3);
        append("four\n");
        await().until(() -> Files.readAllLines(file).size() == 4);
        await().until(() -> behind() == 0);

        assertThat(terminate()).isEqualTo(new CometJar.Run(SIGTERM_EXIT_CODE, ""));
        assertThat(Files.readAllLines(file)).containsExactly("one", "two", "three", "four");
    }

    @Test
    void sigtermWaitsForWhatIsOnItsWayAndAcknowledgesIt() throws Exception {
        CountDownLatch answers = new CountDownLatch(1);
        HttpServer server = server(answers);
        try {
            forward("http", "http://127.0.0.1:" + server.getAddress().getPort() + "/in", "--format", "payload");
            await().until(() -> received.size() == 3);
            forward.destroy();
            answers.countDown();
            assertThat(comet.end(forward, error)).isEqualTo(new CometJar.Run(SIGTERM_EXIT_CODE, ""));
        } finally {
            server.stop(0);
        }
        assertThat(received).containsExactly("one", "two", "three");
        assertThat(behind()).isZero();
    }

    @Test
    void aBrokerThatIsAwayIsNamedAndNothingIsAcknowledged() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        forward("kafka", "127.0.0.1:" + nobody, "--property", "max.block.ms=300", "--topic", "edge-{stream}");
        await().until(() -> Files.exists(error) && Files.size(error) > 0);

        CometJar.Run run = terminate();
        assertThat(run.exitCode()).isEqualTo(SIGTERM_EXIT_CODE);
        assertThat(run.error())
                .as("one line, and none of Kafka's own")
                .startsWith("comet: events:v1:shard:0000@0: ")
                .contains("edge-events.v1")
                .hasLineCount(1);
        assertThat(behind()).isEqualTo(3);
    }

    @Test
    void mistakesAreNamedAndEndIt() throws Exception {
        comet.print(2, "forward");
        comet.print(2, "forward", "http", "ftp://127.0.0.1/", "-d", log, "-s", STREAM, "-g", "uplink");
        comet.print(2, "forward", "http", "http://127.0.0.1/", "-d", log, "-s", "evnts:v1", "-g", "uplink");
        comet.print(2, "forward", "kafka", "127.0.0.1:9", "-d", log, "-s", STREAM, "-g", "u", "--transactional");
        comet.print(2, "forward", "kafka", "127.0.0.1:9", "-d", log, "-s", STREAM, "-g", "u", "--property", "acks=0");
        comet.print(2, "forward", "file", dir.toString(), "-d", log, "-s", STREAM, "-g", "uplink");
        assertThat(comet.print(0, "groups", "ls", "-d", log)).isEmpty();
    }
}
