package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void eachBatchBeginsWhenThoseBeforeItHaveGoneOut() {
        RateLimit rate = new RateLimit(1_000);
        assertThat(rate.take(500, 10)).isZero();
        assertThat(rate.take(2_000, 10)).isEqualTo(SECOND / 2);
        assertThat(rate.take(1, 10 + SECOND)).isEqualTo(SECOND * 3 / 2);
    }

    @Test
    void timeInWhichNothingWasSentIsNotSavedUp() {
        RateLimit rate = new RateLimit(1_000);
        assertThat(rate.take(1_000, 0)).isZero();
        assertThat(rate.take(1_000, 100 * SECOND)).isZero();
        assertThat(rate.take(1_000, 100 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void whoYieldsGetsWhatNobodyElseWaitsFor() {
        RateLimit rate = new RateLimit(1_000);
        assertThat(rate.takeIfIdle(1_000, 0)).isZero();
        assertThat(rate.takeIfIdle(1_000, 0)).isEqualTo(SECOND);
        assertThat(rate.take(1_000, 0)).as("passes it").isEqualTo(SECOND);
        assertThat(rate.takeIfIdle(1_000, SECOND)).isEqualTo(SECOND);
        assertThat(rate.takeIfIdle(1_000, 2 * SECOND)).isZero();
    }

    @Test
    void zeroIsNoLimit() {
        RateLimit rate = new RateLimit(0);
        assertThat(rate.take(Long.MAX_VALUE, 0)).isZero();
        assertThat(rate.take(Long.MAX_VALUE, 0)).isZero();
        assertThat(rate.takeIfIdle(Long.MAX_VALUE, 0)).isZero();
    }
}
