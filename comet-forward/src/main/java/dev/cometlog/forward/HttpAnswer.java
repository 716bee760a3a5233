package dev.cometlog.forward;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// What an HTTP answer means for the entries of its request. Pure.
///
/// 2xx is done. What says that the request is wrong (400, 413, 422 and most others from 400 on) is rejected. What
/// says that the receiver cannot now, or that its address or our credentials are wrong, is tried again: the entries
/// are not to blame for that.
///
/// @param status its status code
/// @param retryAfter its header of that name
/// @param text the beginning of its body
record HttpAnswer(int status, Optional<String> retryAfter, String text) {
    private static final Duration LONGEST = Duration.ofHours(1);

    Outcome outcome(Instant now) {
        if (status / 100 == 2) {
            return Outcome.done();
        }
        String reason = "HTTP " + status + (text.isBlank() ? "" : ": " + text.strip());
        return isRejection() ? Outcome.reject(reason) : Outcome.retry(reason, wait(now));
    }

    private boolean isRejection() {
        return switch (status) {
            case 401, 403, 404, 405, 407, 408, 421, 423, 425, 429 -> false;
            default -> status / 100 == 4;
        };
    }

    /// What Retry-After asks for: seconds, or a date. One that is neither asks for nothing, one that asks for more
    /// than an hour gets that.
    private Duration wait(Instant now) {
        Duration asked = retryAfter.map(value -> parse(value.strip(), now)).orElse(Duration.ZERO);
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    private static Duration parse(String value, Instant now) {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > 9 ? LONGEST : Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            return Duration.between(now, ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException e) {
            // Not a date either: the usual wait will do.
            return Duration.ZERO;
        }
    }
}
