package dev.cometlog.kafka;

import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.Sink;
import dev.cometlog.forward.SinkBatch;
import java.util.List;

/// Sends entries to Apache Kafka, each shard to a partition of its own as far as there are so many.
///
/// Entries are done once all in-sync replicas have them. Each record carries the headers `comet.stream`,
/// `comet.shard` and `comet.offset`: without transactions an entry may come more than once, and these say which it
/// is; the first time that each appears is in the shard's order. Records that Kafka refuses for what they are, such
/// as their size, are rejected; whatever else goes wrong is tried again. Thread-safe.
public final class KafkaSink implements Sink {
    private final BatchProducer producer;

    /// Connects when the first batch comes, not before.
    ///
    /// @throws org.apache.kafka.common.KafkaException if a setting is refused by Kafka's client
    public KafkaSink(KafkaOptions options) {
        Producers producers = new Producers(options);
        producer = options.transactional()
                ? new TransactionalProducer(producers, options.source(), options.sendTimeout())
                : new PlainProducer(producers, options.sendTimeout());
    }

    @Override
    public List<Outcome> send(SinkBatch batch) throws Exception {
        return producer.send(batch);
    }

    @Override
    public void close() {
        producer.close();
    }
}
