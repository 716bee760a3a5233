package dev.cometlog.cli;

import dev.cometlog.CometConfig;
import dev.cometlog.Overflow;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The settings that are stored with a stream; what is not given stays as it is.
final class StreamOptions {

    @Option(
            names = "--segment-bytes",
            paramLabel = "BYTES",
            description = "The largest segment file, such as 64MiB.",
            converter = Bytes.class)
    private @Nullable Long segmentBytes;

    @Option(
            names = "--roll-interval",
            paramLabel = "TIME",
            description = "The age at which a segment is sealed, such as 1h.",
            converter = Time.class)
    private @Nullable Duration rollInterval;

    @Option(
            names = "--max-entry-bytes",
            paramLabel = "BYTES",
            description = "The largest entry, such as 1MiB.",
            converter = Bytes.class)
    private @Nullable Long maxEntryBytes;

    @Option(
            names = "--max-age",
            paramLabel = "TIME",
            description = "How long entries are kept, such as 4h.",
            converter = Time.class)
    private @Nullable Duration maxAge;

    @Option(
            names = "--max-shard-bytes",
            paramLabel = "BYTES",
            description = "Bound on one shard, such as 1GiB.",
            converter = Bytes.class)
    private @Nullable Long maxShardBytes;

    @Option(names = "--min-segments", paramLabel = "N", description = "Sealed segments that age alone never deletes.")
    private @Nullable Integer minSegments;

    @Option(
            names = "--protect-unconsumed",
            paramLabel = "true|false",
            description = "Whether age spares what a group has not read.")
    private @Nullable Boolean protectUnconsumed;

    @Option(names = "--overflow", paramLabel = "POLICY", description = "At a bound: DROP_OLDEST, REJECT or BLOCK.")
    private @Nullable Overflow overflow;

    /// Whether anything is given.
    boolean isEmpty() {
        return segmentBytes == null
                && rollInterval == null
                && maxEntryBytes == null
                && maxAge == null
                && maxShardBytes == null
                && minSegments == null
                && protectUnconsumed == null
                && overflow == null;
    }

    /// Sets what was given.
    void applyTo(CometConfig.Builder config) {
        if (segmentBytes != null) {
            config.segmentBytes(Math.toIntExact(segmentBytes));
        }
        if (rollInterval != null) {
            config.rollInterval(rollInterval);
        }
        if (maxEntryBytes != null) {
            config.maxEntryBytes(Math.toIntExact(maxEntryBytes));
        }
        config.retention(this::applyTo);
    }

    private void applyTo(CometConfig.Retention retention) {
        if (maxAge != null) {
            retention.maxAge(maxAge);
        }
        if (maxShardBytes != null) {
            retention.maxShardBytes(maxShardBytes);
        }
        if (minSegments != null) {
            retention.minSegments(minSegments);
        }
        if (protectUnconsumed != null) {
            retention.protectUnconsumed(protectUnconsumed);
        }
        if (overflow != null) {
            retention.overflow(overflow);
        }
    }

    /// Reads `64MiB`, `512KiB`, `1GiB` or plain bytes.
    static final class Bytes implements ITypeConverter<Long> {
        private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

        @Override
        public Long convert(String value) {
            try {
                for (int i = 0; i < UNITS.length; i++) {
                    if (value.endsWith(UNITS[i])) {
                        String number = value.substring(0, value.length() - UNITS[i].length());
                        return Math.multiplyExact(Long.parseLong(number), 1L << (10 * (i + 1)));
                    }
                }
                return Long.parseLong(value);
            } catch (NumberFormatException | ArithmeticException e) {
                throw new TypeConversionException("expected bytes such as 65536 or 64MiB, not \"" + value + "\"");
            }
        }
    }

    /// Reads `500ms`, `30s`, `10m`, `4h` or `7d`.
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                String text = value.toLowerCase(Locale.ROOT);
                if (text.endsWith("ms")) {
                    return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
                }
                return text.endsWith("d") ? Duration.parse("p" + text) : Duration.parse("pt" + text);
            } catch (NumberFormatException | DateTimeParseException e) {
                throw new TypeConversionException("expected a time such as 30s, 10m or 4h, not \"" + value + "\"");
            }
        }
    }
}
