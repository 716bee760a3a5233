package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static Outcome outcome(int status) {
        return new HttpAnswer(status, Optional.empty(), "").outcome(NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204})
    void successIsDone(int status) {
        assertThat(outcome(status)).isEqualTo(Outcome.done());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 410, 411, 413, 415, 422, 431})
    void whatTheEntriesAreToBlameForIsRejected(int status) {
        assertThat(outcome(status)).isEqualTo(Outcome.reject("HTTP " + status));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 401, 403, 404, 405, 407, 408, 425, 429, 500, 502, 503, 504, 599})
    void whatTheyAreNotToBlameForIsTriedAgain(int status) {
        assertThat(outcome(status)).isEqualTo(Outcome.retry("HTTP " + status));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "120, 120",
        "' 7 ', 7",
        "86400, 3600",
        "99999999999999999999, 3600",
        "'Sat, 31 Jan 2026 12:00:42 GMT', 42",
        "'Sat, 31 Jan 2026 11:00:00 GMT', 0",
        "soon, 0",
        "-5, 0",
        "'', 0"
    })
    void retryAfterIsSecondsOrADate(String header, long seconds) {
        assertThat(new HttpAnswer(503, Optional.of(header), "").outcome(NOW))
                .isEqualTo(Outcome.retry("HTTP 503", Duration.ofSeconds(seconds)));
    }

    @Test
    void theReasonTellsWhatTheReceiverSaid() {
        assertThat(new HttpAnswer(400, Optional.empty(), " bad line\n").outcome(NOW))
                .isEqualTo(Outcome.reject("HTTP 400: bad line"));
    }
}
