package dev.cometlog.kafka;

import dev.cometlog.forward.SinkBatch;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Makes Kafka's clients as this sink needs them, and knows the topics. Thread-safe.
final class Producers {
    private static final String BATCH_BYTES = Integer.toString(256 << 10);

    /// How long a call waits for a broker that is away, before it is tried again with the waits of the forwarder.
    private static final String BLOCK_MILLIS = "10000";

    private final KafkaOptions options;
    private final TopicMapping topics;

    /// Asked for once: a shard stays in its partition, so that its order holds, even if partitions are added.
    private final Map<String, Integer> partitions = new ConcurrentHashMap<>();

    Producers(KafkaOptions options) {
        this.options = options;
        this.topics = new TopicMapping(options.topic());
    }

    Producer<byte[], byte[]> idempotent() {
        return new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    Producer<byte[], byte[]> transactional(String id) {
        Map<String, Object> settings = settings();
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
        settings.putAll(options.properties());
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // A record that expires alone is overtaken by those behind it. Ours never do: the whole producer is given up.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(Integer.MAX_VALUE));
        return settings;
    }

    /// A consumer that reads nothing: it knows what offsets its group has stored, those of transactions that are
    /// just being completed included.
    Consumer<byte[], byte[]> offsetsOf(String group) {
        Map<String, Object> settings = new HashMap<>(options.properties());
        settings.keySet().removeIf(name -> !ConsumerConfig.configNames().contains(name));
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, BLOCK_MILLIS);
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, BLOCK_MILLIS);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    String topic(String stream) {
        return topics.topic(stream);
    }

    /// The partition of a shard: the one of its number, or, where there are fewer, the remainder.
    int partition(Producer<byte[], byte[]> producer, SinkBatch batch) {
        String topic = topic(batch.stream());
        Integer count = partitions.get(topic);
        if (count == null) {
            count = producer.partitionsFor(topic).size();
            partitions.put(topic, count);
        }
        return batch.shard() % count;
    }

    RecordMaker recordMaker(Producer<byte[], byte[]> producer, SinkBatch batch) {
        return new RecordMaker(
                batch.stream(), batch.shard(), options.source(), topic(batch.stream()), partition(producer, batch));
    }
}
