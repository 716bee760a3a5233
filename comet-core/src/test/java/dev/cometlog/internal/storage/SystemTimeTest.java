package dev.cometlog.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /// Clocks that stand still until they are moved.
    private static final class Clocks extends SystemTime {
        private long monotonic;
        private Instant wall = NOON;
        private int asked;
        private long takes;

        @Override
        Instant wall() {
            asked++;
            monotonic += takes;
            return wall;
        }

        @Override
        public long nanoTime() {
            return monotonic;
        }

        private void pass(Duration time) {
            monotonic += time.toNanos();
            wall = wall.plus(time);
        }
    }

    private final Clocks clocks = new Clocks();

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    @Test
    void theMonotonicClockCarriesTheWallClockOn() {
        assertThat(clocks.epochMicros()).isEqualTo(micros(NOON));
        for (int i = 0; i < 9; i++) {
            clocks.pass(Duration.ofMillis(1));
            assertThat(clocks.epochMicros()).isEqualTo(micros(clocks.wall));
        }
        assertThat(clocks.asked).isEqualTo(1);
    }

    @Test
    void aStepOfTheWallClockShowsWithinTenMilliseconds() {
        assertThat(clocks.epochMicros()).isEqualTo(micros(NOON));
        clocks.wall = NOON.minusSeconds(3600);
        clocks.pass(Duration.ofMillis(10));
        assertThat(clocks.epochMicros()).isEqualTo(micros(clocks.wall));
    }

    @Test
    void aComparisonThatWasInterruptedIsNotBelieved() {
        clocks.takes = Duration.ofMillis(5).toNanos();
        assertThat(clocks.epochMicros()).isEqualTo(micros(NOON));
        clocks.takes = 0;
        clocks.pass(Duration.ofMillis(1));
        assertThat(clocks.epochMicros()).isEqualTo(micros(clocks.wall));
        assertThat(clocks.asked).isEqualTo(2);
    }

    @Test
    void theMachinesClockIsToldToTheMicrosecond() {
        long before = micros(Instant.now());
        long told = TimeSource.SYSTEM.epochMicros();
        long after = micros(Instant.now());
        // The clock may have been compared by another test just before it was adjusted.
        assertThat(told).isBetween(before - 100, after + 100);
    }
}
