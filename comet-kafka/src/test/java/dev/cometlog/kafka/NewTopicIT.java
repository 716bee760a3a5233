package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometStream;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A topic that was made a moment ago: its partitions come to be while the first requests arrive, some of which are
/// refused, and a broker that knows nothing of a producer yet takes the next one instead.
@Timeout(300)
class NewTopicIT {
    private static final String STREAM = "events:v1";
    private static final int SHARDS = 16;
    private static final int ENTRIES = 800;
    private static final int TOPICS = 5;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOrderHoldsFromTheFirstRecordOn(boolean transactional) throws Exception {
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            CometStream stream = comet.stream(STREAM, SHARDS);
            for (int shard = 0; shard < SHARDS; shard++) {
                int number = shard;
                long _ = stream.shard(shard)
                        .append(LongStream.range(0, ENTRIES)
                                .mapToObj(offset ->
                                        Arrivals.payload(number, offset).getBytes(StandardCharsets.UTF_8))
                                .toList());
            }
            for (int i = 0; i < TOPICS; i++) {
                String topic = "new-" + transactional + "-" + i;
                SharedBroker.topic(topic, SHARDS, Map.of());
                forward(comet, topic, transactional);
                Arrivals arrivals =
                        new Arrivals().check(Arrivals.read(SharedBroker.get().address(), topic));
                assertThat(arrivals.total()).isEqualTo((long) SHARDS * ENTRIES);
                assertThat(arrivals.repeats()).isZero();
            }
        }
    }

    private static void forward(Comet comet, String topic, boolean transactional) throws Exception {
        KafkaOptions kafka = KafkaOptions.builder(SharedBroker.get().address())
                .topic(topic)
                .source(topic)
                .transactional(transactional)
                // Several requests are under way for each partition.
                .property("batch.size", "16384")
                .property("linger.ms", "0")
                .build();
        try (Forwarder forwarder = Forwarder.start(
                        comet,
                        topic,
                        new KafkaSink(kafka),
                        ForwarderOptions.builder().stream(STREAM).build());
                CometConsumer consumer = comet.consumer(topic)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> consumer.lag(STREAM).entries() == 0);
            assertThat(forwarder.stats().retries())
                    .as(forwarder.stats().lastProblem())
                    .isZero();
        }
    }
}
