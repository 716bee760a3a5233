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

    private final Map<Integer, Long> nextOffsets = new HashMap<>();
    private long repeats;

    /// The payload of the entry of that shard and offset.
    static String payload(int shard, long offset) {
        return GENERATED + shard + "/" + offset + " ".repeat(80);
    }

    /// Everything that readers of committed records find now.
    static List<Arrival> read(String bootstrapServers, String topic) {
        List<Arrival> arrivals = new ArrayList<>();
        poll(bootstrapServers, topic, record -> arrivals.add(Arrival.of(record)));
        return arrivals;
    }

    private static void poll(String bootstrapServers, String topic, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    visitor.accept(record);
                }
            }
        }
    }

    /// How many records a topic has, markers of transactions left out.
    static long count(String bootstrapServers, String topic) {
        long[] count = new long[1];
        poll(bootstrapServers, topic, record -> count[0]++);
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
