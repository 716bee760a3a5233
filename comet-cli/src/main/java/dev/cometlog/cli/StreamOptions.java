package dev.cometlog.cli;

import dev.cometlog.Overflow;
import dev.cometlog.internal.log.StreamSettings;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
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
            arity = "1",
            paramLabel = "true|false",
            description = "Whether age spares what a group has not read.")
    private @Nullable Boolean protectUnconsumed;

    @Option(
            names = "--overflow",
            paramLabel = "POLICY",
            description = "At a bound, when only unread data is left: drop-oldest, reject or block.",
            converter = Policy.class)
    private @Nullable Overflow overflow;

    @Option(
            names = "--block-timeout",
            paramLabel = "TIME",
            description = "How long --overflow block waits, such as 30s.",
            converter = Time.class)
    private @Nullable Duration blockTimeout;

    @Option(
            names = "--force-delete-after",
            paramLabel = "TIME",
            description = "The age at which even what a group has not read is deleted; 0s is never.",
            converter = Time.class)
    private @Nullable Duration forceDeleteAfter;

    @Option(
            names = "--idle-group-after",
            paramLabel = "TIME",
            description = "After so long without a member or an ack a group protects nothing; 0s is never.",
            converter = Time.class)
    private @Nullable Duration idleGroupAfter;

    @Option(
            names = "--codec",
            paramLabel = "CODEC[:LEVEL]",
            description = "What compresses new entries: none, zstd or zstd:LEVEL, from 1 (fast) to 22 (small).",
            converter = CodecOption.Converter.class)
    private @Nullable CodecOption codec;

    @Option(
            names = "--codec-min-bytes",
            paramLabel = "BYTES",
            description = "Batches and entries with fewer bytes are not compressed, such as 1KiB.",
            converter = Bytes.class)
    private @Nullable Long codecMinBytes;

    /// What was given, by stored names.
    SortedMap<String, String> given() {
        SortedMap<String, String> given = new TreeMap<>();
        put(given, StreamSettings.SEGMENT_BYTES, segmentBytes);
        put(given, StreamSettings.ROLL_INTERVAL, rollInterval);
        put(given, StreamSettings.MAX_ENTRY_BYTES, maxEntryBytes);
        put(given, StreamSettings.MAX_AGE, maxAge);
        put(given, StreamSettings.MAX_SHARD_BYTES, maxShardBytes);
        put(given, StreamSettings.MIN_SEGMENTS, minSegments);
        put(given, StreamSettings.PROTECT_UNCONSUMED, protectUnconsumed);
        put(given, StreamSettings.OVERFLOW, overflow);
        put(given, StreamSettings.BLOCK_TIMEOUT, blockTimeout);
        put(given, StreamSettings.FORCE_DELETE_AFTER, forceDeleteAfter);
        put(given, StreamSettings.IDLE_GROUP_AFTER, idleGroupAfter);
        put(given, StreamSettings.CODEC_MIN_BYTES, codecMinBytes);
        if (codec != null) {
            codec.put(given);
        }
        return given;
    }

    static void put(SortedMap<String, String> given, String name, @Nullable Object value) {
        if (value != null) {
            given.put(name, value.toString());
        }
    }

    /// Reads `drop-oldest`, `reject` or `block`; also as the settings file spells them.
    static final class Policy implements ITypeConverter<Overflow> {
        @Override
        public Overflow convert(String value) {
            try {
                return Overflow.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("expected drop-oldest, reject or block, not \"" + value + "\"");
            }
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
