package dev.cometlog.cli;

import dev.cometlog.Seek;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Where in a shard to begin, as a user writes it: `earliest`, `latest`, an offset, a time or `-10m`.
sealed interface From {

    /// With the oldest entry that is kept.
    record Earliest() implements From {}

    /// Behind the newest entry.
    record Latest() implements From {}

    /// With one offset.
    record Offset(long offset) implements From {}

    /// With the first entry that is not older than an instant, which is never so far away that it could not be that of
    /// an entry.
    record Time(Instant instant) implements From {
        public Time {
            instant = instant.isBefore(FARTHEST_PAST)
                    ? FARTHEST_PAST
                    : instant.isAfter(FARTHEST_FUTURE) ? FARTHEST_FUTURE : instant;
        }
    }

    /// The same for a group that is new.
    default Seek seek() {
        return switch (this) {
            case Earliest() -> Seek.earliest();
            case Latest() -> Seek.latest();
            case Offset(long offset) -> Seek.offset(offset);
            case Time(var instant) -> Seek.timestamp(instant);
        };
    }

    /// How much text [#parse] understands, for messages and help.
    String FORMS = "earliest, latest, an offset, a time such as 2026-01-31T12:00:00Z, or an age such as -10m";

    /// The range of timestamps is a few seconds wider, so that nothing that is reckoned from these leaves it.
    Instant FARTHEST_FUTURE = Instant.ofEpochSecond(Long.MAX_VALUE / 1_000_000 - 1);

    Instant FARTHEST_PAST = Instant.ofEpochSecond(-FARTHEST_FUTURE.getEpochSecond());

    Pattern AGE = Pattern.compile("-(\\d{1,9})(ms|s|m|h|d)");
    Pattern DIGITS = Pattern.compile("\\d{1,19}");

    /// Reads a position.
    ///
    /// @param now what ages count from
    /// @param zone of times without one
    /// @throws IllegalArgumentException naming the text, if it is none
    static From parse(String text, Instant now, ZoneId zone) {
        if (text.equals("earliest")) {
            return new Earliest();
        }
        if (text.equals("latest")) {
            return new Latest();
        }
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            return ago(now, duration(Long.parseLong(age.group(1)), age.group(2)));
        }
        try {
            if (DIGITS.matcher(text).matches()) {
                return new Offset(Long.parseLong(text));
            }
            return new Time(time(text, zone).orElseThrow(() -> notAPosition(text)));
        } catch (NumberFormatException e) {
            throw notAPosition(text);
        }
    }

    /// With the first entry that is not older than so long.
    static Time ago(Instant now, Duration age) {
        Duration most = Duration.between(FARTHEST_PAST, now);
        return new Time(age.compareTo(most) > 0 ? FARTHEST_PAST : now.minus(age));
    }

    private static IllegalArgumentException notAPosition(String text) {
        return new IllegalArgumentException("expected " + FORMS + ", not \"" + text + "\"");
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static Optional<Instant> time(String text, ZoneId zone) {
        String iso = text.replace(' ', 'T');
        return attempt(() -> OffsetDateTime.parse(iso).toInstant())
                .or(() -> attempt(() -> LocalDateTime.parse(iso).atZone(zone).toInstant()))
                .or(() -> attempt(() -> LocalDate.parse(iso).atStartOfDay(zone).toInstant()));
    }

    private static Optional<Instant> attempt(Supplier<Instant> form) {
        try {
            return Optional.of(form.get());
        } catch (DateTimeException e) {
            // Not of this form; the caller tries the next.
            return Optional.empty();
        }
    }

    /// Reads the value of an option.
    final class Converter implements ITypeConverter<From> {
        @Override
        public From convert(String value) {
            try {
                return parse(value, Instant.now(), ZoneId.systemDefault());
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
