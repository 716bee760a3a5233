package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.storage.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// "For ever" may be said wherever a duration has no upper bound.
@Timeout(60)
class EndlessDurationsTest {
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    @TempDir
    Path directory;

    @Test
    void aLogWithEndlessDurationsWorks() throws InterruptedException {
        try (Comet comet = Comet.open(
                        directory,
                        c -> c.segmentBytes(1 << 16)
                                .retention(r -> r.maxAge(FOREVER)
                                        .forceDeleteAfter(FOREVER)
                                        .idleGroupAfter(FOREVER)
                                        .blockTimeout(FOREVER)));
                CometConsumer consumer = comet.consumer("group")) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            for (int i = 0; i < 100; i++) {
                long _ = shard.append(new byte[10_000]);
            }
            comet.sync();
            comet.retain();
            assertThat(shard.startOffset()).isZero();
            assertThat(consumer.poll("events:v1", 10, FOREVER).size()).isEqualTo(10);
        }
    }

    @Test
    void whatIsLongerThanACenturyAndAHalfIsThatLong() {
        assertThat(Durations.nanos(Duration.ofSeconds(3))).isEqualTo(3_000_000_000L);
        assertThat(Durations.nanos(Duration.ofSeconds(-3))).isEqualTo(-3_000_000_000L);
        assertThat(Durations.nanos(FOREVER)).isEqualTo(Long.MAX_VALUE / 2);
        assertThat(Durations.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(-(Long.MAX_VALUE / 2));
        assertThat(Durations.micros(FOREVER)).isEqualTo(Long.MAX_VALUE / 2 / 1000);
    }
}
