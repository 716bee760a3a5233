package dev.cometlog.kafka;

import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.SinkBatch;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Sends every entry so that readers of committed records see it once, each shard with transactions of its own.
///
/// Thread-safe.
final class TransactionalProducer implements BatchProducer {
    private final Producers producers;
    private final String source;
    private final Duration sendTimeout;
    private final Map<String, ShardTransactions> shards = new ConcurrentHashMap<>();

    TransactionalProducer(Producers producers, String source, Duration sendTimeout) {
        this.producers = producers;
        this.source = source;
        this.sendTimeout = sendTimeout;
    }

    @Override
    public List<Outcome> send(SinkBatch batch) {
        return shards.computeIfAbsent(id(source, batch), id -> new ShardTransactions(producers, id, sendTimeout))
                .send(batch);
    }

    /// Also the name of the group in Kafka. Source and group are encoded, so that no two shards share an id.
    static String id(String source, SinkBatch batch) {
        return "comet:" + encoded(source) + ":" + encoded(batch.group()) + ":" + batch.stream() + ":" + batch.shard();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        shards.values().forEach(ShardTransactions::close);
    }
}
