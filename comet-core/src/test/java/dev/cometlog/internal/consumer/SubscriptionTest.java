package dev.cometlog.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
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

    @Test
    void patternsShardsAndAssignmentHoldTogetherInEveryCombination() {
        List<List<String>> patterns = List.of(
                List.of(),
                List.of("s"),
                List.of("s:shard:*"),
                List.of("s:shard:000*"),
                List.of("s:shard:0003", "s:shard:0011"),
                List.of("other", "s:shard:001*"),
                List.of("other:*"));
        List<Predicate<Integer>> byPattern = List.of(
                shard -> true,
                shard -> true,
                shard -> true,
                shard -> shard < 10,
                shard -> shard == 3 || shard == 11,
                shard -> shard >= 10,
                shard -> false);
        for (int p = 0; p < patterns.size(); p++) {
            for (List<Integer> shards : List.of(List.<Integer>of(), List.of(0), List.of(1, 3, 4, 11, 99))) {
                for (int total = 0; total <= 5; total++) {
                    List<Integer> together = new ArrayList<>();
                    for (int id = 0; id < Math.max(1, total); id++) {
                        for (int shard : new Subscription(patterns.get(p), shards, id, total).shardsOf("s", 12)) {
                            together.add(shard);
                            assertThat(total == 0 || shard % total == id).isTrue();
                        }
                    }
                    Predicate<Integer> wanted = byPattern.get(p);
                    List<Integer> expected = IntStream.range(0, 12)
                            .boxed()
                            .filter(shard -> wanted.test(shard) && (shards.isEmpty() || shards.contains(shard)))
                            .toList();
                    assertThat(together)
                            .as("%s, shards %s, %d workers", patterns.get(p), shards, total)
                            .containsExactlyInAnyOrderElementsOf(expected);
                }
            }
        }
    }
}
