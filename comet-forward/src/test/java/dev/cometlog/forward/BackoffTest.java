package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final long START = -5;

    private static Backoff backoff(RetrySettings settings) {
        return new Backoff(settings, new SplittableRandom(1), START);
    }

    @Test
    void theDefaultsAreThoseOfTheOpenTelemetryCollector() {
        assertThat(RetrySettings.DEFAULT)
                .isEqualTo(new RetrySettings(
                        Duration.ofSeconds(5), Duration.ofSeconds(30), 1.5, 0.5, Duration.ofMinutes(5)));
    }

    @Test
    void waitsGrowByTheMultiplierUpToTheLongest() {
        Backoff backoff = backoff(RetrySettings.DEFAULT.withRandomizationFactor(0));
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            millis.add(backoff.next(Duration.ZERO).toMillis());
        }
        assertThat(millis).containsExactly(5_000L, 7_500L, 11_250L, 16_875L, 25_312L, 30_000L, 30_000L);
    }

    @Test
    void jitterStaysWithinItsPart() {
        Backoff backoff = backoff(RetrySettings.DEFAULT.withMultiplier(1));
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            seconds.add(backoff.next(Duration.ZERO).toMillis() / 1e3);
        }
        assertThat(seconds).allSatisfy(wait -> assertThat(wait).isBetween(2.5, 7.5));
        assertThat(seconds).anyMatch(wait -> wait < 3).anyMatch(wait -> wait > 7);
    }

    @Test
    void whatTheDestinationAsksForCountsIfItIsMore() {
        Backoff backoff = backoff(RetrySettings.DEFAULT.withRandomizationFactor(0));
        assertThat(backoff.next(Duration.ofSeconds(60))).hasSeconds(60);
        assertThat(backoff.next(Duration.ofSeconds(1))).hasMillis(7_500);
    }

    @Test
    void itIsOverWhenTheNextAttemptWouldComeTooLate() {
        Backoff backoff = backoff(RetrySettings.DEFAULT);
        long later = START + TimeUnit.SECONDS.toNanos(290);
        assertThat(backoff.isOver(later, Duration.ofSeconds(10))).isFalse();
        assertThat(backoff.isOver(later, Duration.ofMillis(10_001))).isTrue();
        assertThat(backoff.elapsed(later)).hasSeconds(290);
    }

    @Test
    void zeroIsForEver() {
        Backoff backoff = backoff(RetrySettings.DEFAULT.withMaxElapsedTime(Duration.ZERO));
        assertThat(backoff.isOver(Long.MAX_VALUE / 2, Duration.ofDays(1))).isFalse();
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedByName() {
        RetrySettings good = RetrySettings.DEFAULT;
        assertThatThrownBy(() -> good.withInitialInterval(Duration.ZERO)).hasMessageContaining("initialInterval=PT0S");
        assertThatThrownBy(() -> good.withMaxInterval(Duration.ofSeconds(1))).hasMessageContaining("maxInterval=PT1S");
        assertThatThrownBy(() -> good.withMultiplier(0.5)).hasMessageContaining("multiplier=0.5");
        assertThatThrownBy(() -> good.withMultiplier(Double.NaN)).hasMessageContaining("multiplier=NaN");
        assertThatThrownBy(() -> good.withRandomizationFactor(1)).hasMessageContaining("randomizationFactor=1.0");
        assertThatThrownBy(() -> good.withMaxElapsedTime(Duration.ofSeconds(-1)))
                .hasMessageContaining("maxElapsedTime=PT-1S");
    }
}
