package dev.cometlog.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.consumer.Retries.Next;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void theWaitDoublesWithJitterAndIsNeverLongerThanThirtySeconds() {
        Retries retries = new Retries(100, Duration.ofSeconds(1), new Random(1));
        for (int attempt = 0; attempt < 70; attempt++) {
            long full = attempt < 5 ? SECOND << attempt : 30 * SECOND;
            assertThat(retries.failed(0, 10, 0)).isEqualTo(Next.RETRY);
            assertThat(retries.isDue(full / 2 - 1)).isFalse();
            assertThat(retries.isDue(full)).isTrue();
        }
    }

    @Test
    void aFirstWaitOfMoreThanThirtySecondsIsKeptAndDoesNotGrow() {
        long hour = Duration.ofHours(1).toNanos();
        Retries retries = new Retries(100, Duration.ofHours(1), new Random(1));
        for (int attempt = 0; attempt < 70; attempt++) {
            assertThat(retries.failed(0, 10, 0)).isEqualTo(Next.RETRY);
            assertThat(retries.isDue(hour / 2 - 1)).isFalse();
            assertThat(retries.isDue(hour)).isTrue();
        }
    }

    @Test
    void whenRetriesAreUsedUpTheDeliveryIsBisectedDownToTheEntryThatFails() {
        Retries retries = new Retries(1, Duration.ofSeconds(1), new Random(1));
        int poison = 37;
        long from = 0;
        int calls = 0;
        while (true) {
            assertThat(++calls).isLessThan(30);
            long end = from + retries.limit(from, 100);
            if (poison < from || poison >= end) {
                retries.succeeded(end);
                from = end;
            } else if (retries.failed(from, end, 0) == Next.GIVE_UP) {
                break;
            }
        }
        assertThat(from).isEqualTo(poison);
        retries.gaveUp();
        assertThat(retries.limit(from + 1, 100)).isEqualTo(100);
        assertThat(retries.attempts()).isZero();
    }

    @Test
    void successForgetsWhatFailedBefore() {
        Retries retries = new Retries(3, Duration.ofSeconds(1), new Random(1));
        var _ = retries.failed(0, 10, 0);
        retries.succeeded(10);
        assertThat(retries.attempts()).isZero();
        assertThat(retries.isDue(0)).isTrue();
    }

    @Test
    void whatCouldNotBeTriedUsesUpNoAttempt() {
        Retries retries = new Retries(1, Duration.ofSeconds(1), new Random(1));
        for (int times = 1; times <= 5; times++) {
            assertThat(retries.postpone(0)).isEqualTo(times);
            assertThat(retries.isDue((SECOND << (times - 1)) / 2 - 1)).isFalse();
            assertThat(retries.isDue(SECOND << (times - 1))).isTrue();
        }
        assertThat(retries.failed(0, 1, 0)).isEqualTo(Next.RETRY);
        assertThat(retries.failed(0, 1, 0)).isEqualTo(Next.GIVE_UP);
        assertThat(retries.attempts()).isEqualTo(2);
    }
}
