package dev.cometlog.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubscriptionTest {

    @Test
    void withoutPatternEveryShardOfEveryStreamIsWanted() {
        assertThat(new Subscription(List.of(), List.of(), 0, 0).shardsOf("events:v1", 3))
                .containsExactly(0, 1, 2);
    }

    @Test
    void aPatternMatchesTheBeginningOfFullShardNames() {
        Subscription one = new Subscription(List.of("events:v1:shard:*"), List.of(), 0, 0);
        assertThat(one.shardsOf("events:v1", 2)).containsExactly(0, 1);
        assertThat(one.shardsOf("events:v10", 2)).isEmpty();
        assertThat(one.shardsOf("events:v2", 2)).isEmpty();
        assertThat(new Subscription(List.of("events:v1:shard:000*"), List.of(), 0, 0).shardsOf("events:v1", 16))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(new Subscription(List.of("events:*"), List.of(), 0, 0).shardsOf("events:v10", 1))
                .containsExactly(0);
    }

    @Test
    void aNameWithoutStarIsOneStreamOrOneShard() {
        assertThat(new Subscription(List.of("events:v1"), List.of(), 0, 0).shardsOf("events:v10", 2))
                .isEmpty();
        assertThat(new Subscription(List.of("events:v1:shard:0001"), List.of(), 0, 0).shardsOf("events:v1", 2))
                .containsExactly(1);
    }

    @Test
    void anAssignmentSplitsWhatIsWantedOtherwiseIntoPartsWithoutOverlap() {
        List<Integer> shards = List.of(0, 1, 2, 5);
        List<String> patterns = List.of("events:v1:shard:*");
        assertThat(new Subscription(patterns, shards, 0, 2).shardsOf("events:v1", 8))
                .containsExactly(0, 2);
        assertThat(new Subscription(patterns, shards, 1, 2).shardsOf("events:v1", 8))
                .containsExactly(1, 5);
        assertThat(new Subscription(List.of(), List.of(), 3, 4).shardsOf("events:v1", 3))
                .isEmpty();
    }

    @Test
    void onlyAPatternThatNamesAStreamNamesIt() {
        assertThat(new Subscription(List.of("events*"), List.of(), 0, 0).names("events:v1"))
                .isFalse();
        assertThat(new Subscription(List.of("events:v1"), List.of(), 0, 0).names("events:v1"))
                .isTrue();
        assertThat(new Subscription(List.of("events:v1:shard:*"), List.of(), 0, 0).names("events:v1"))
                .isTrue();
    }
}
