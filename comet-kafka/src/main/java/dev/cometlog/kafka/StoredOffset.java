package dev.cometlog.kafka;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/// How far a shard has come, as Kafka keeps it together with the data.
///
/// @param offset below it everything is in Kafka
/// @param timestampMicros when the last entry below it was appended. Timestamps never decrease within a shard, so an
///     entry below the offset that is younger than that is one of another log, which began anew with the same name
record StoredOffset(long offset, long timestampMicros) {
    static final StoredOffset NONE = new StoredOffset(0, Long.MIN_VALUE);

    private static final String PREFIX = "comet 1 ";

    /// Reads what [#toKafka()] made; null if it is something else.
    static @Nullable StoredOffset of(@Nullable OffsetAndMetadata stored) {
        if (stored == null || !stored.metadata().startsWith(PREFIX)) {
            return null;
        }
        try {
            return new StoredOffset(
                    stored.offset(),
                    Long.parseLong(
                            stored.metadata(),
                            PREFIX.length(),
                            stored.metadata().length(),
                            10));
        } catch (NumberFormatException e) {
            // Not ours, which is an answer and no error.
            return null;
        }
    }

    OffsetAndMetadata toKafka() {
        return new OffsetAndMetadata(offset, PREFIX + timestampMicros);
    }

    /// Whether the entry is in Kafka already.
    boolean covers(long entryOffset, long entryTimestampMicros) {
        return entryOffset < offset && entryTimestampMicros <= timestampMicros;
    }
}
