package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class StoredOffsetTest {
    @Test
    void whatKafkaKeepsIsReadAsItWasWritten() {
        StoredOffset stored = new StoredOffset(42, 1_769_860_800_000_001L);
        assertThat(StoredOffset.of(stored.toKafka())).isEqualTo(stored);
    }

    @Test
    void whatSomebodyElseStoredIsNotTakenForOurs() {
        assertThat(StoredOffset.of(null)).isNull();
        assertThat(StoredOffset.of(new OffsetAndMetadata(42))).isNull();
        assertThat(StoredOffset.of(new OffsetAndMetadata(42, "comet 1 soon"))).isNull();
        assertThat(StoredOffset.of(new OffsetAndMetadata(42, "comet 2 5"))).isNull();
    }

    @Test
    void itCoversTheEntriesBelowItThatAreNoYoungerThanItsLast() {
        StoredOffset stored = new StoredOffset(10, 1_000);
        assertThat(stored.covers(9, 1_000)).isTrue();
        assertThat(stored.covers(0, 1)).isTrue();
        assertThat(stored.covers(10, 1_000)).isFalse();
        assertThat(stored.covers(0, 1_001)).as("of a log that began anew").isFalse();
        assertThat(StoredOffset.NONE.covers(0, 0)).isFalse();
    }
}
