package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A log, consumers of it, and time that stands still unless a test moves it.
@Timeout(60)
abstract class ConsumerFixture {
    static final String STREAM = "events:v1";

    @TempDir
    Path directory;

    final ManualClock clock = new ManualClock();
    Comet comet;
    final List<String> handled = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() {
        comet = new Comet(Logs.open(directory, CometConfig.builder().build(), DiskStorage::new, clock));
    }

    @AfterEach
    void close() {
        comet.close();
    }

    ProcessOptions.Builder options() {
        return ProcessOptions.builder()
                .pollInterval(Duration.ofMillis(1))
                .discoveryInterval(Duration.ofSeconds(5))
                .onError((error, attempt) -> clock.advance(Duration.ofSeconds(30)));
    }

    void append(int from, int count) {
        CometShard shard = comet.stream(STREAM, 1).shard(0);
        IntStream.range(from, from + count).forEach(i -> shard.append(bytes(Integer.toString(i))));
    }

    /// Keeps what it is delivered, and stops when it has so many.
    Handler until(int count) {
        return delivery -> {
            handled.addAll(texts(delivery));
            if (handled.size() >= count) {
                throw new StopProcessing();
            }
        };
    }

    /// Fails on every delivery with that entry, and stops when so many others were handled.
    Handler poisoned(int poison, int count) {
        return delivery -> {
            for (Entry entry : delivery) {
                if (entry.id().offset() == poison) {
                    throw new IllegalStateException("poison " + poison);
                }
            }
            until(count).handle(delivery);
        };
    }

    static Handler exclusive(Set<Integer> inUse, Set<Integer> served) {
        return delivery -> {
            assertThat(inUse.add(delivery.shard())).isTrue();
            served.add(delivery.shard());
            assertThat(inUse.remove(delivery.shard())).isTrue();
        };
    }

    void damage(int entry) throws Exception {
        Path segment = directory.resolve("streams/events%3Av1/0000/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        // A header of 64 bytes, then frames of 12 and a digit each.
        bytes[64 + 13 * entry + 12] ^= 1;
        Files.write(segment, bytes, StandardOpenOption.WRITE);
    }

    void awaitHandled(int count) {
        awaitTrue(() -> handled.size() >= count);
    }

    void awaitLeased(CometConsumer consumer) {
        awaitTrue(() -> consumer.lag(STREAM).entries() == 0);
    }

    static void awaitTrue(BooleanSupplier condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(condition::getAsBoolean);
    }

    List<String> groupFiles() throws Exception {
        try (var files = Files.list(directory.resolve("streams/events%3Av1/groups"))) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    static List<String> texts(int from, int end) {
        return IntStream.range(from, end).mapToObj(Integer::toString).toList();
    }

    static List<String> texts(Delivery delivery) {
        List<String> texts = new ArrayList<>();
        delivery.forEach(entry -> texts.add(text(entry)));
        return texts;
    }

    static String text(Entry entry) {
        return new String(entry.bytes(), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
