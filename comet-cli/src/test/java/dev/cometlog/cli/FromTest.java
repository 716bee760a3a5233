package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FromTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final ZoneId ZONE = ZoneId.of("+02:00");

    @Test
    void namesAndOffsetsAreUnderstood() {
        assertThat(parse("earliest")).isEqualTo(new From.Earliest());
        assertThat(parse("latest")).isEqualTo(new From.Latest());
        assertThat(parse("0")).isEqualTo(new From.Offset(0));
        assertThat(parse("9223372036854775807")).isEqualTo(new From.Offset(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource({
        "-10m, 2026-03-01T11:50:00Z",
        "-90s, 2026-03-01T11:58:30Z",
        "-500ms, 2026-03-01T11:59:59.500Z",
        "-2h, 2026-03-01T10:00:00Z",
        "-1d, 2026-02-28T12:00:00Z",
        "2026-02-01T00:00:00Z, 2026-02-01T00:00:00Z",
        "2026-02-01T01:00:00+01:00, 2026-02-01T00:00:00Z",
        "2026-02-01 02:00:00, 2026-02-01T00:00:00Z",
        "2026-02-01T02:00, 2026-02-01T00:00:00Z",
        "2026-02-01, 2026-01-31T22:00:00Z",
    })
    void agesAndTimesAreUnderstood(String text, String instant) {
        assertThat(parse(text)).isEqualTo(new From.Time(Instant.parse(instant)));
    }

    @Test
    void timesThatAreFartherAwayThanAnyEntryAreTheFarthestThereAre() {
        From.Time past = new From.Time(From.FARTHEST_PAST);
        From.Time future = new From.Time(From.FARTHEST_FUTURE);
        assertThat(parse("-999999999d")).isEqualTo(past);
        assertThat(parse("-999999999-01-01T00:00:00Z")).isEqualTo(past);
        assertThat(parse("+999999999-12-31T23:59:59Z")).isEqualTo(future);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "10m", "yesterday", "9223372036854775808", "2026-13-01", "-10y"})
    void everythingElseIsRefusedByName(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("earliest");
    }

    private static From parse(String text) {
        return From.parse(text, NOW, ZONE);
    }
}
