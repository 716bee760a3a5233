package dev.cometlog.kafka;

import dev.cometlog.Entry;
import dev.cometlog.forward.SinkBatch;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;

/// Makes records of the entries of one shard.
///
/// Headers are text in UTF-8: `comet.stream`, `comet.shard`, `comet.offset`, and `comet.source` if there is one.
/// With them a reader knows an entry that it has seen before. A record's timestamp is that of its entry.
final class RecordMaker {
    static final String STREAM = "comet.stream";
    static final String SHARD = "comet.shard";
    static final String OFFSET = "comet.offset";
    static final String SOURCE = "comet.source";

    private final String topic;
    private final int partition;
    private final byte[] stream;
    private final byte[] shard;
    private final byte[] source;

    RecordMaker(SinkBatch batch, String source, String topic, int partition) {
        this.topic = topic;
        this.partition = partition;
        this.stream = batch.stream().getBytes(StandardCharsets.UTF_8);
        this.shard = Integer.toString(batch.shard()).getBytes(StandardCharsets.UTF_8);
        this.source = source.getBytes(StandardCharsets.UTF_8);
    }

    ProducerRecord<byte[], byte[]> record(Entry entry) {
        long millis = TimeUnit.MICROSECONDS.toMillis(entry.timestampMicros());
        ProducerRecord<byte[], byte[]> made = new ProducerRecord<>(topic, partition, millis, null, entry.bytes());
        made.headers()
                .add(STREAM, stream)
                .add(SHARD, shard)
                .add(OFFSET, Long.toString(entry.id().offset()).getBytes(StandardCharsets.ISO_8859_1));
        if (source.length > 0) {
            made.headers().add(SOURCE, source);
        }
        return made;
    }
}
