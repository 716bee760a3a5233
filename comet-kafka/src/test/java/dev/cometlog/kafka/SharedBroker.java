package dev.cometlog.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/// The one broker of this JVM, for every test that needs one: starting it takes longer than most tests.
final class SharedBroker {
    private static @Nullable TestBroker broker;

    private SharedBroker() {}

    static synchronized TestBroker get() throws IOException {
        TestBroker present = broker;
        if (present == null) {
            Path directory = Files.createTempDirectory("comet-broker");
            present = TestBroker.start(directory);
            TestBroker started = present;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, directory)));
            broker = present;
        }
        return present;
    }

    private static void end(TestBroker broker, Path directory) {
        broker.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes a topic.
    static void topic(String name, int partitions, Map<String, String> settings)
            throws IOException, InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, get().address()))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
                    .all()
                    .get();
        }
    }
}
