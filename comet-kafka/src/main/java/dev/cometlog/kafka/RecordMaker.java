package dev.cometlog.kafka;

import dev.cometlog.Entry;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

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
    private final Header stream;
    private final Header shard;
    private final @Nullable Header source;

    /// @param source the name of the log; empty is none
    RecordMaker(String stream, int shard, String source, String topic, int partition) {
        this.topic = topic;
        this.partition = partition;
        this.stream = new TextHeader(STREAM, stream);
        this.shard = new TextHeader(SHARD, Integer.toString(shard));
        this.source = source.isEmpty() ? null : new TextHeader(SOURCE, source);
    }

    /// Made once for all records that have it.
    private static final class TextHeader implements Header {
        private final String key;
        private final byte[] value;

        TextHeader(String key, String value) {
            this.key = key;
            this.value = value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public byte[] value() {
            return value;
        }
    }

    /// The partition that all of them go to.
    TopicPartition where() {
        return new TopicPartition(topic, partition);
    }

    ProducerRecord<byte[], byte[]> record(Entry entry) {
        return record(entry.bytes(), entry.id().offset(), TimeUnit.MICROSECONDS.toMillis(entry.timestampMicros()));
    }

    ProducerRecord<byte[], byte[]> record(byte[] payload, long offset, long millis) {
        ProducerRecord<byte[], byte[]> made = new ProducerRecord<>(topic, partition, millis, null, payload);
        Headers headers = made.headers().add(stream).add(shard).add(new TextHeader(OFFSET, Long.toString(offset)));
        if (source != null) {
            var _ = headers.add(source);
        }
        return made;
    }
}
