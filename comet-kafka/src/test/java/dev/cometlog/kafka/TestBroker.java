package dev.cometlog.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/// A Kafka broker and controller in this JVM, which can be stopped and started again with what it has stored.
final class TestBroker implements AutoCloseable {
    private final Map<String, String> settings;
    private final String address;
    private @Nullable KafkaRaftServer server;

    private TestBroker(String address, Map<String, String> settings) {
        this.address = address;
        this.settings = settings;
    }

    /// Formats `directory` and starts a broker that keeps everything there.
    static TestBroker start(Path directory) throws IOException {
        int port = freePort();
        int controllerPort = freePort();
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("log.dirs", directory.resolve("data").toString());
        settings.put("auto.create.topics.enable", "false");
        // Nobody is there to take over, so there is nothing to hand over and nothing to wait for.
        settings.put("controlled.shutdown.enable", "false");
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "2");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        format(directory, settings);
        TestBroker broker = new TestBroker("127.0.0.1:" + port, settings);
        broker.start();
        return broker;
    }

    private static void format(Path directory, Map<String, String> settings) throws IOException {
        Path file = directory.resolve("server.properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            int code = StorageTool.execute(
                    new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()}, out);
            if (code != 0) {
                throw new IOException("the broker's directory could not be formatted: " + said);
            }
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What clients call `bootstrap.servers`.
    String address() {
        return address;
    }

    /// Starts it again, with the topics and the data that it had.
    void start() {
        KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        starting.startup();
        server = starting;
    }

    /// Stops it; clients find nobody there.
    void stop() {
        KafkaRaftServer running = server;
        if (running != null) {
            server = null;
            running.shutdown();
            running.awaitShutdown();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
