package dev.cometlog.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Entry;
import dev.cometlog.Health;
import dev.cometlog.ProcessOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/// What a process does that has no codec, checked from inside; see [MissingCodecIT]. Argument: the log's directory.
final class CodeclessWorker {
    private static final int PLAIN = 5;
    private static final int PACKED = 100;

    private CodeclessWorker() {}

    public static void main(String[] args) throws Exception {
        try (Comet comet = Comet.open(Path.of(args[0]))) {
            CometShard packed = comet.stream("packed:v1").shard(0);
            assertThat(packed.length()).as("entries that recovery numbered").isGreaterThanOrEqualTo(PLAIN + PACKED);
            assertThatThrownBy(() -> packed.scan(PLAIN, (offset, micros, memory, position, length) -> true))
                    .isInstanceOf(CometException.MissingCodec.class)
                    .hasMessageContaining("zstd");

            long appended = packed.append(MissingCodecIT.lines(1000, PACKED));
            assertThat(packed.recent(PACKED).getFirst().id().offset()).isEqualTo(appended);
            assertThat(comet.health().reasons()).anySatisfy(reason -> {
                assertThat(reason.kind()).isEqualTo(Health.Kind.MISSING_CODEC);
                assertThat(reason.subject()).contains("packed:v1");
                assertThat(reason.message()).contains("uncompressed").contains("comet-zstd");
            });
            consume(comet);
        }
    }

    /// Both streams by one consumer: what can be read arrives, what cannot waits and is told.
    private static void consume(Comet comet) throws InterruptedException {
        Map<String, List<String>> handled = new ConcurrentHashMap<>();
        try (CometConsumer consumer = comet.consumer("group")) {
            ConsumerTask task = consumer.start(
                    delivery -> {
                        for (Entry entry : delivery) {
                            handled.computeIfAbsent(delivery.stream(), name -> new CopyOnWriteArrayList<>())
                                    .add(new String(entry.bytes(), UTF_8));
                        }
                    },
                    ProcessOptions.builder().retryDelay(Duration.ofMillis(20)).build());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> handled.getOrDefault("plain:v1", List.of()).size() == PACKED
                            && comet.health().reasons().stream()
                                    .anyMatch(reason -> reason.message().contains("gets nothing")));
            assertThat(handled.get("plain:v1")).isEqualTo(MissingCodecIT.texts(0, PACKED));
            assertThat(handled.get("packed:v1")).isEqualTo(MissingCodecIT.texts(0, PLAIN));
            try (CometConsumer poller = comet.consumer("poller")) {
                assertThat(poller.poll("packed:v1", PACKED, Duration.ofSeconds(5))
                                .size())
                        .isEqualTo(PLAIN);
                assertThatThrownBy(() -> poller.poll("packed:v1", PACKED, Duration.ofSeconds(5)))
                        .isInstanceOf(CometException.MissingCodec.class);
            }
            task.stop(Duration.ofSeconds(10));
        }
    }
}
