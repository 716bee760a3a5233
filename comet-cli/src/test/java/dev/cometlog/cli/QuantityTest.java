package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "0.5, 0.5", "999, 999", "999.9, 1.00k", "1234, 1.23k", "123456, 123k", "1.5e9, 1.50G"})
    void countsHaveThreeDigits(double count, String text) {
        assertThat(Quantity.count(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.00 KiB", "1610612736, 1.50 GiB"})
    void bytesHaveBinaryUnits(double bytes, String text) {
        assertThat(Quantity.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void timesAreShort() {
        assertThat(Quantity.time(Duration.ZERO)).isEqualTo("0 µs");
        assertThat(Quantity.time(Duration.ofNanos(4_100_000))).isEqualTo("4.10 ms");
        assertThat(Quantity.time(Duration.ofSeconds(12))).isEqualTo("12.0 s");
        assertThat(Quantity.age(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Quantity.age(Duration.ofSeconds(61))).isEqualTo("1m1s");
        assertThat(Quantity.age(Duration.ofMinutes(192))).isEqualTo("3h12m");
        assertThat(Quantity.age(Duration.ofHours(50))).isEqualTo("2d2h");
        assertThat(Quantity.age(Duration.ofSeconds(-5))).isEqualTo("0s");
    }
}
