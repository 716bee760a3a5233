package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KnownPartitionsTest {
    private static final TopicPartition HERE = new TopicPartition("t", 0);

    private final AtomicLong nanos = new AtomicLong(-5);
    private final KnownPartitions partitions = new KnownPartitions(nanos::get);
    private final List<String> sent = new ArrayList<>();

    private boolean introduce(TopicPartition where, String record, boolean confirmed) throws InterruptedException {
        return partitions.introduce(where, () -> {
            sent.add(record);
            return confirmed;
        });
    }

    @Test
    void aFirstRecordGoesAloneOnceInEachPartition() throws Exception {
        assertThat(introduce(HERE, "a", true)).isTrue();
        assertThat(introduce(HERE, "b", true)).isTrue();
        assertThat(introduce(new TopicPartition("t", 1), "c", true)).isTrue();
        assertThat(introduce(new TopicPartition("u", 0), "d", true)).isTrue();
        assertThat(sent).containsExactly("a", "c", "d");
    }

    @Test
    void oneThatIsNotConfirmedIsNoIntroduction() throws Exception {
        assertThat(introduce(HERE, "a", false)).isFalse();
        assertThat(introduce(HERE, "b", true)).isTrue();
        assertThat(sent).containsExactly("a", "b");
    }

    @Test
    void aPartitionThatWasNotUsedForHalfAnHourIsANewOne() throws Exception {
        boolean _ = introduce(HERE, "a", true);
        for (int i = 0; i < 3; i++) {
            long _ = nanos.addAndGet(Duration.ofMinutes(29).toNanos());
            assertThat(introduce(HERE, "b", true)).isTrue();
        }
        assertThat(sent).containsExactly("a");
        long _ = nanos.addAndGet(Duration.ofMinutes(30).toNanos());
        assertThat(introduce(HERE, "c", false)).isFalse();
        assertThat(introduce(HERE, "d", true)).isTrue();
        assertThat(sent).containsExactly("a", "c", "d");
    }

    @Test
    void whoComesMeanwhileWaitsForItsConfirmation() throws Exception {
        Thread other = Thread.ofPlatform().unstarted(() -> {
            try {
                boolean _ = introduce(HERE, "b", true);
                sent.add("behind it");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        boolean _ = partitions.introduce(HERE, () -> {
            sent.add("a");
            other.start();
            Awaitility.await().until(() -> other.getState() == Thread.State.WAITING);
            sent.add("confirmed");
            return true;
        });
        other.join();
        assertThat(sent).containsExactly("a", "confirmed", "behind it");
    }
}
