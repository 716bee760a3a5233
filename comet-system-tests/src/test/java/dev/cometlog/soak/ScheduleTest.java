package dev.cometlog.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private record Named(String name, int share, Duration least) implements Harness {
        static Named of(String name, int share, int leastSeconds) {
            return new Named(name, share, Duration.ofSeconds(leastSeconds));
        }

        @Override
        public Figures run(long seed, Budget budget) {
            throw new UnsupportedOperationException("only scheduled");
        }
    }

    @Test
    void everyLaneTakesTheWholeTimeAndEachHarnessGetsItsLeastAndItsShareOfTheRest() {
        Schedule schedule = Schedule.of(
                List.of(Named.of("kills", 6, 10), Named.of("fuzz", 1, 50), Named.of("cuts", 4, 0)),
                2,
                Duration.ofSeconds(100));
        assertThat(schedule.lanes())
                .extracting(Schedule.Lane::turns)
                .containsExactlyInAnyOrder(
                        List.of(new Schedule.Turn("kills", Duration.ofSeconds(100))),
                        List.of(
                                new Schedule.Turn("fuzz", Duration.ofSeconds(60)),
                                new Schedule.Turn("cuts", Duration.ofSeconds(40))));
    }

    @Test
    void aTimeThatIsTooShortForSomeHarnessIsRefusedWithTheOneThatIsNot() {
        assertThatThrownBy(() -> Schedule.of(
                        List.of(Named.of("fuzz", 1, 50), Named.of("races", 1, 40)), 1, Duration.ofSeconds(60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("90 s");
    }

    @Test
    void theHourGivesEachHarnessMoreThanItsLeast() {
        Schedule hour = Schedule.of(Harnesses.all(), 2, Duration.ofHours(1));
        assertThat(hour.lanes())
                .flatExtracting(Schedule.Lane::turns)
                .hasSameSizeAs(Harnesses.all())
                .allSatisfy(turn -> assertThat(turn.time())
                        .isGreaterThan(Harnesses.named(turn.name()).least()));
    }
}
