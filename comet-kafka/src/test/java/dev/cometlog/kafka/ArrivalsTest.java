package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The control of what the tests with a broker rely on.
class ArrivalsTest {
    private static List<Arrival> arrivals(long... offsets) {
        return LongStream.of(offsets).mapToObj(ArrivalsTest::arrival).toList();
    }

    private static Arrival arrival(long offset) {
        return new Arrival("", "events:v1", 3, offset, Arrivals.payload(3, offset), 0, 0);
    }

    @Test
    void whatCameOnceInOrderIsComplete() {
        Arrivals arrivals = new Arrivals().check(arrivals(0, 1, 2));
        assertThat(arrivals.total()).isEqualTo(3);
        assertThat(arrivals.repeats()).isZero();
    }

    @Test
    void whatCameAgainIsCounted() {
        Arrivals arrivals = new Arrivals().check(arrivals(0, 1, 2, 1, 2, 3, 0));
        assertThat(arrivals.total()).isEqualTo(4);
        assertThat(arrivals.repeats()).isEqualTo(3);
    }

    @Test
    void whatIsMissingOrOutOfOrderIsNoticed() {
        assertThatThrownBy(() -> new Arrivals().check(arrivals(0, 2, 1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("offset 1 of shard 3 was left out");
    }

    @Test
    void aForeignPayloadIsNoticed() {
        Arrival wrong = new Arrival("", "events:v1", 3, 0, Arrivals.payload(3, 1), 0, 0);
        assertThatThrownBy(() -> new Arrivals().check(List.of(wrong))).isInstanceOf(AssertionError.class);
    }
}
