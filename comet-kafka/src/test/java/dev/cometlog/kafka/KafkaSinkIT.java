package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.DeadLetter;
import dev.cometlog.Entry;
import dev.cometlog.Exhausted;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.RetrySettings;
import dev.cometlog.forward.SinkBatch;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The Kafka sink before a real broker.
@Timeout(180)
class KafkaSinkIT {
    private static final String STREAM = "events:v1";
    private static final String GROUP = "uplink";

    @TempDir
    private Path directory;

    private Comet comet;
    private CometShard shard;
    private final String topic = "t-" + UUID.randomUUID();

    @BeforeEach
    void open() {
        comet = Comet.open(directory.resolve("log"));
        shard = comet.stream(STREAM, 4).shard(3);
    }

    @AfterEach
    void close() {
        comet.close();
    }

    private KafkaOptions.Builder kafka(boolean transactional) throws Exception {
        return KafkaOptions.builder(SharedBroker.get().address())
                .topic(topic)
                .source("here")
                .transactional(transactional);
    }

    private void append(long from, int count) {
        long _ = shard.append(LongStream.range(from, from + count)
                .mapToObj(offset -> Arrivals.payload(3, offset).getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    private List<Arrival> arrivals() throws Exception {
        return Arrivals.read(SharedBroker.get().address(), topic);
    }

    private SinkBatch batch(int from, int end) {
        return new SinkBatch(
                GROUP, STREAM, 3, new ArrayList<>(shard.recent(1_000).subList(from, end)));
    }

    private static void assertDone(List<Outcome> outcomes) {
        assertThat(outcomes).isNotEmpty().allMatch(Outcome.Done.class::isInstance);
    }

    private void awaitAllAcknowledged() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            try (CometConsumer consumer = comet.consumer(GROUP)) {
                return consumer.lag(STREAM).entries() == 0;
            }
        });
    }

    @Test
    void aRecordSaysWhereItComesFromAndGoesToThePartitionOfItsShard() throws Exception {
        SharedBroker.topic(topic, 3, Map.of());
        append(0, 2);
        try (KafkaSink sink = new KafkaSink(kafka(false).build())) {
            assertDone(sink.send(batch(0, 2)));
        }
        long millis = shard.recent(1).getFirst().timestamp().toEpochMilli();
        assertThat(arrivals())
                .containsExactly(
                        new Arrival("here", STREAM, 3, 0, Arrivals.payload(3, 0), 0, millis),
                        new Arrival("here", STREAM, 3, 1, Arrivals.payload(3, 1), 0, millis));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRecordThatIsTooLargeGoesToTheDeadLettersAndHoldsUpNoOther(boolean transactional) throws Exception {
        // Refused by the broker for the topic's sake, and one by the client before it is sent.
        SharedBroker.topic(topic, 1, Map.of("max.message.bytes", "10000"));
        for (int i = 0; i < 40; i++) {
            int size = i == 7 ? 20_000 : i == 30 ? 2_000_000 : 100;
            long _ = shard.append(new byte[size]);
        }
        ForwarderOptions options = ForwarderOptions.builder().stream(STREAM)
                .onReject(Exhausted.deadLetter("dead:v1"))
                .build();
        try (Forwarder forwarder =
                Forwarder.start(comet, GROUP, new KafkaSink(kafka(transactional).build()), options)) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().rejected())
                    .as(forwarder.stats().toString())
                    .isEqualTo(2);
            assertThat(forwarder.stats().lastProblem()).contains("TooLarge");
        }
        assertThat(arrivals().stream().map(Arrival::offset))
                .isEqualTo(LongStream.range(0, 40)
                        .filter(offset -> offset != 7 && offset != 30)
                        .boxed()
                        .toList());
        List<Long> dead = new ArrayList<>();
        for (Entry letter : comet.stream("dead:v1").shard(3).recent(10)) {
            dead.add(DeadLetter.decode(letter).origin().offset());
        }
        assertThat(dead).containsExactly(7L, 30L);
    }

    @Test
    void whatIsInKafkaAlreadyIsNotSentAgain() throws Exception {
        SharedBroker.topic(topic, 1, Map.of());
        append(0, 30);
        try (KafkaSink sink = new KafkaSink(kafka(true).build())) {
            assertDone(sink.send(batch(0, 20)));
        }
        // As after a kill between the commit and the acknowledgement.
        try (KafkaSink sink = new KafkaSink(kafka(true).build())) {
            assertDone(sink.send(batch(0, 10)));
            assertDone(sink.send(batch(10, 30)));
        }
        Arrivals arrivals = new Arrivals().check(arrivals());
        assertThat(arrivals.total()).isEqualTo(30);
        assertThat(arrivals.repeats()).isZero();
    }

    @Test
    void whoeverBeginsWithAShardEndsTheTransactionsOfThoseBefore() throws Exception {
        SharedBroker.topic(topic, 1, Map.of());
        append(0, 40);
        try (KafkaSink before = new KafkaSink(kafka(true).build());
                KafkaSink after = new KafkaSink(kafka(true).build())) {
            assertDone(before.send(batch(0, 10)));
            assertDone(after.send(batch(10, 20)));
            assertThatThrownBy(() -> before.send(batch(10, 20)))
                    .as("it is fenced")
                    .isInstanceOf(RuntimeException.class);
            // It begins anew and learns how far the other came.
            assertDone(before.send(batch(10, 30)));
            assertThatThrownBy(() -> after.send(batch(30, 40))).isInstanceOf(RuntimeException.class);
        }
        Arrivals arrivals = new Arrivals().check(arrivals());
        assertThat(arrivals.total()).isEqualTo(30);
        assertThat(arrivals.repeats()).isZero();
    }

    @Test
    void whoCountsWhatArrivedWaitsForTransactionsUnderWay() throws Exception {
        SharedBroker.topic(topic, 1, Map.of());
        String address = SharedBroker.get().address();
        Map<String, Object> settings = Map.of("bootstrap.servers", address, "transactional.id", topic);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, new byte[1])).get();
            assertThatThrownBy(() -> Arrivals.read(address, topic, Duration.ofMillis(300)))
                    .as("the control: nothing is committed, which is not the same as nothing there")
                    .isInstanceOf(AssertionError.class);
            producer.abortTransaction();
        }
        assertThat(Arrivals.read(address, topic)).isEmpty();
    }

    @Test
    void withoutTransactionsWhatIsSentAgainIsThereAgain() throws Exception {
        SharedBroker.topic(topic, 1, Map.of());
        append(0, 10);
        try (KafkaSink sink = new KafkaSink(kafka(false).build())) {
            assertDone(sink.send(batch(0, 10)));
            assertDone(sink.send(batch(5, 10)));
        }
        assertThat(new Arrivals().check(arrivals()).repeats())
                .as("the control of the others")
                .isEqualTo(5);
    }

    @Test
    void aLogThatBeganAnewUnderTheSameNameIsSent() throws Exception {
        SharedBroker.topic(topic, 1, Map.of());
        append(0, 10);
        try (KafkaSink sink = new KafkaSink(kafka(true).build())) {
            assertDone(sink.send(batch(0, 10)));
        }
        comet.close();
        comet = Comet.open(directory.resolve("another"));
        shard = comet.stream(STREAM, 4).shard(3);
        append(0, 5);
        try (KafkaSink sink = new KafkaSink(kafka(true).build())) {
            assertDone(sink.send(batch(0, 5)));
        }
        assertThat(arrivals().stream().map(Arrival::offset))
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 0L, 1L, 2L, 3L, 4L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBrokerThatNeverAnswersIsGivenUpInTime(boolean transactional) throws Exception {
        append(0, 3);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            KafkaOptions options = KafkaOptions.builder("127.0.0.1:" + silent.getLocalPort())
                    .topic(topic)
                    .source("here")
                    .transactional(transactional)
                    .property("max.block.ms", "300")
                    .property("request.timeout.ms", "300")
                    .build();
            ForwarderOptions retrying = ForwarderOptions.builder().stream(STREAM)
                    .retry(RetrySettings.DEFAULT.withInitialInterval(Duration.ofMillis(10)))
                    .build();
            try (Forwarder forwarder = Forwarder.start(comet, GROUP, new KafkaSink(options), retrying)) {
                Awaitility.await().until(() -> forwarder.stats().retries() >= 2);
                assertThat(forwarder.stats().lastProblem()).contains("TimeoutException");
                assertThat(forwarder.stop(Duration.ofSeconds(10))).isTrue();
            }
        }
        try (CometConsumer consumer = comet.consumer(GROUP)) {
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
        }
    }

    @Test
    void settingsThatOrderDependsOnAreRefused() {
        KafkaOptions.Builder options = KafkaOptions.builder("127.0.0.1:9");
        assertThatThrownBy(() -> options.property("acks", "1")).hasMessageContaining("acks");
        assertThatThrownBy(() -> options.transactional(true).build()).hasMessageContaining("source");
        assertThatThrownBy(() -> options.topic("a b")).hasMessageContaining("a b");
    }
}
