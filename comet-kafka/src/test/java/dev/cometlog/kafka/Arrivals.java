package dev.cometlog.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// What has arrived in a topic, and whether it is what was sent: everything, each shard in its order, and what came
/// more than once recognisable by its headers.
final class Arrivals {
    private static final String GENERATED = "entry ";

    /// Longer than a transaction lives whose producer has died.
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Map<Integer, Long> nextOffsets = new HashMap<>();
    private long repeats;

    /// The payload of the entry of that shard and offset.
    static String payload(int shard, long offset) {
        return GENERATED + shard + "/" + offset + " ".repeat(80);
    }

    /// Everything that has been committed by now.
    static List<Arrival> read(String bootstrapServers, String topic) {
        return read(bootstrapServers, topic, PATIENCE);
    }

    /// Everything that has been committed by now.
    ///
    /// @throws AssertionError if a transaction is not at its end within `patience`
    static List<Arrival> read(String bootstrapServers, String topic, Duration patience) {
        List<Arrival> arrivals = new ArrayList<>();
        poll(bootstrapServers, topic, patience, record -> arrivals.add(Arrival.of(record)));
        return arrivals;
    }

    private static void poll(
            String bootstrapServers,
            String topic,
            Duration patience,
            Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<TopicPartition, Long> ends = ends(bootstrapServers, topic);
        try (var consumer = consumer(bootstrapServers, "read_committed")) {
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (ends.keySet().stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("a transaction did not end within " + patience + ": " + ends);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    visitor.accept(record);
                }
            }
        }
    }

    /// Where each partition ends for readers of everything. For readers of committed records it ends earlier for a
    /// while after a commit, which is answered before the partitions are told of it.
    private static Map<TopicPartition, Long> ends(String bootstrapServers, String topic) {
        try (var consumer = consumer(bootstrapServers, "read_uncommitted")) {
            return consumer.endOffsets(consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /// How many records a topic has, markers of transactions left out.
    static long count(String bootstrapServers, String topic) {
        long[] count = new long[1];
        poll(bootstrapServers, topic, PATIENCE, record -> count[0]++);
        return count[0];
    }

    /// Checks one record after another, in the order of each partition.
    ///
    /// @throws AssertionError naming the first that is wrong
    Arrivals check(List<Arrival> arrivals) {
        arrivals.forEach(this::check);
        return this;
    }

    private void check(Arrival arrival) {
        if (!arrival.payload().equals(payload(arrival.shard(), arrival.offset()))) {
            throw new AssertionError("another payload than was sent: " + arrival);
        }
        long next = nextOffsets.getOrDefault(arrival.shard(), 0L);
        if (arrival.offset() > next) {
            throw new AssertionError(
                    "offset " + next + " of shard " + arrival.shard() + " was left out before " + arrival);
        }
        if (arrival.offset() < next) {
            repeats++;
        } else {
            nextOffsets.put(arrival.shard(), next + 1);
        }
    }

    /// How many records came that had come before.
    long repeats() {
        return repeats;
    }

    /// By shard, how many entries have come.
    Map<Integer, Long> entries() {
        return Map.copyOf(nextOffsets);
    }

    long total() {
        return nextOffsets.values().stream().collect(Collectors.summingLong(Long::longValue));
    }
}
