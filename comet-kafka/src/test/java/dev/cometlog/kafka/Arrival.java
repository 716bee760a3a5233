package dev.cometlog.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;

/// A record as it came out of Kafka.
///
/// @param source what its headers say, as are the next three
/// @param payload its value as text
record Arrival(
        String source, String stream, int shard, long offset, String payload, int partition, long timestampMillis) {

    static Arrival of(ConsumerRecord<byte[], byte[]> record) {
        return new Arrival(
                record.headers().lastHeader(RecordMaker.SOURCE) == null ? "" : text(record.headers(), "comet.source"),
                text(record.headers(), "comet.stream"),
                Integer.parseInt(text(record.headers(), "comet.shard")),
                Long.parseLong(text(record.headers(), "comet.offset")),
                new String(record.value(), StandardCharsets.UTF_8),
                record.partition(),
                record.timestamp());
    }

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
