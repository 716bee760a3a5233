package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EntryIdTest {

    @Test
    void textNamesStreamShardAndOffset() {
        assertThat(new EntryId("events:v1", 7, 123)).hasToString("events:v1:shard:0007@123");
    }
}
