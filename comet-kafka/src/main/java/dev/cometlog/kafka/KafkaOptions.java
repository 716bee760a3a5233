package dev.cometlog.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerConfig;

/// Where in Kafka entries go, and how.
///
/// @param bootstrapServers `host:port`, several of them with commas
/// @param topic the topic's name; `{stream}` in it stands for the stream's name
/// @param source names this log among all that send to the same topics; empty is none
/// @param transactional whether a batch and how far the shard has come are written together or not at all
/// @param sendTimeout how long a batch may take before its connection is given up and it is tried again
/// @param properties further settings of Kafka's producer
public record KafkaOptions(
        String bootstrapServers,
        String topic,
        String source,
        boolean transactional,
        Duration sendTimeout,
        Map<String, String> properties) {

    /// What this sink relies on, so that order and repeats are as promised.
    private static final Set<String> SETTLED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.RETRIES_CONFIG,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

    /// Use [#builder(String)].
    public KafkaOptions {
        properties = Map.copyOf(properties);
    }

    public static Builder builder(String bootstrapServers) {
        return new Builder(bootstrapServers);
    }

    /// Collects settings; each has a default.
    public static final class Builder {
        private final String bootstrapServers;
        private String topic = TopicMapping.STREAM;
        private String source = "";
        private boolean transactional;
        private Duration sendTimeout = Duration.ofSeconds(30);
        private final Map<String, String> properties = new TreeMap<>();

        private Builder(String bootstrapServers) {
            this.bootstrapServers = requireNonNull(bootstrapServers, "bootstrapServers");
        }

        /// The topic, in which `{stream}` stands for the stream's name with a dot for everything that a topic
        /// cannot be called: `events:v1` goes to `events.v1`. Default `{stream}`.
        public Builder topic(String value) {
            var _ = new TopicMapping(value);
            topic = value;
            return this;
        }

        /// Names this log among all that send to the same topics; it is sent along as the header
        /// `comet.source`. Default none. Transactions need it: two logs of one name would end each other's.
        public Builder source(String value) {
            source = requireNonNull(value, "source");
            return this;
        }

        /// Default false: every entry at least once.
        ///
        /// If true, a batch is one transaction, which also stores how far the shard has come, as the offset of
        /// a consumer group of Kafka. After a crash, of whichever side and whenever, that offset decides what
        /// is sent: readers with `isolation.level=read_committed` see every entry exactly once.
        public Builder transactional(boolean value) {
            transactional = value;
            return this;
        }

        /// Default 30 s.
        public Builder sendTimeout(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("sendTimeout must be positive: sendTimeout=" + value);
            }
            sendTimeout = value;
            return this;
        }

        /// A setting of Kafka's producer, such as `security.protocol` or `compression.type`.
        ///
        /// @throws IllegalArgumentException if it is one that this sink has settled
        public Builder property(String name, String value) {
            if (SETTLED.contains(requireNonNull(name, "name"))) {
                throw new IllegalArgumentException(name + " cannot be set: order and repeats depend on it");
            }
            properties.put(name, requireNonNull(value, "value"));
            return this;
        }

        /// The options.
        ///
        /// @throws IllegalArgumentException if transactions are asked for without a source
        public KafkaOptions build() {
            if (transactional && source.isEmpty()) {
                throw new IllegalArgumentException(
                        "transactional needs a source, a name that no other log that sends to the same Kafka has");
            }
            return new KafkaOptions(bootstrapServers, topic, source, transactional, sendTimeout, properties);
        }
    }
}
