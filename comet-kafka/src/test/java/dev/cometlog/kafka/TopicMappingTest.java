package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopicMappingTest {
    @Test
    void aStreamGoesToATopicOfItsName() {
        assertThat(new TopicMapping("{stream}").topic("events:v1")).isEqualTo("events.v1");
        assertThat(new TopicMapping("edge-{stream}").topic("métriques/a_b-c")).isEqualTo("edge-m.triques.a_b-c");
        assertThat(new TopicMapping("all").topic("events:v1")).isEqualTo("all");
    }

    @Test
    void aTopicThatKafkaWouldRefuseIsRefusedByName() {
        assertThatThrownBy(() -> new TopicMapping("a b")).hasMessageContaining("\"a b\"");
        assertThatThrownBy(() -> new TopicMapping("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicMapping("{stream}").topic("é")).hasMessageContaining("\".\"");
        assertThatThrownBy(() -> new TopicMapping("{stream}").topic("x".repeat(250)))
                .hasMessageContaining("xxx");
    }
}
