package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a group learns of entries that it will never be delivered.
class ConsumerGapTest extends ConsumerFixture {

    @Test
    void lostEntriesArriveAsAGapOnceAndAreCounted() throws Exception {
        append(0, 10);
        damage(4);
        List<Gap> gaps = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(9), options().onGap(gaps::add).build());
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(9, 0, 0, 1));
        }
        assertThat(gaps).containsExactly(new Gap(STREAM, 0, 4, 5, Gap.Reason.DAMAGE));
        List<String> expected = new ArrayList<>(texts(0, 10));
        assertThat(expected.remove("4")).isTrue();
        assertThat(handled).isEqualTo(expected);
    }
}
