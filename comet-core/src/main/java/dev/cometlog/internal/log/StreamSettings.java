package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The settings that are stored with a stream, because all processes must agree on them.
///
/// Their stored names are the names of the components. A value that cannot be is refused by name.
///
/// @param shards how many there are; fixed when the stream is made
/// @param forceDeleteAfter zero is never
/// @param idleGroupAfter zero is never
/// @param codec `none` or a codec's name
/// @param deadLetter whether exhausted deliveries go here; such a stream is no part of "every stream"
public record StreamSettings(
        int shards,
        Duration maxAge,
        long maxShardBytes,
        int minSegments,
        boolean protectUnconsumed,
        Overflow overflow,
        Duration blockTimeout,
        Duration forceDeleteAfter,
        Duration idleGroupAfter,
        int segmentBytes,
        Duration rollInterval,
        int maxEntryBytes,
        String codec,
        int codecLevel,
        int codecMinBytes,
        boolean deadLetter) {

    public static final String SHARDS = "shards";
    public static final String MAX_AGE = "maxAge";
    public static final String MAX_SHARD_BYTES = "maxShardBytes";
    public static final String MIN_SEGMENTS = "minSegments";
    public static final String PROTECT_UNCONSUMED = "protectUnconsumed";
    public static final String OVERFLOW = "overflow";
    public static final String BLOCK_TIMEOUT = "blockTimeout";
    public static final String FORCE_DELETE_AFTER = "forceDeleteAfter";
    public static final String IDLE_GROUP_AFTER = "idleGroupAfter";
    public static final String SEGMENT_BYTES = "segmentBytes";
    public static final String ROLL_INTERVAL = "rollInterval";
    public static final String MAX_ENTRY_BYTES = "maxEntryBytes";
    public static final String CODEC = "codec";
    public static final String CODEC_LEVEL = "codecLevel";
    public static final String CODEC_MIN_BYTES = "codecMinBytes";
    public static final String DEAD_LETTER = "deadLetter";

    public static final String NO_CODEC = "none";

    private static final int MAX_SHARDS = 1 << 16;
    private static final int MIN_SEGMENT_BYTES = 1 << 16;
    private static final int MAX_SEGMENT_BYTES = 1 << 30;

    /// A batch never spans segments, and must leave room for others in one.
    private static final int BATCHES_PER_SEGMENT = 4;

    private static final int DEFAULT_MAX_ENTRY_BYTES = 16 << 20;

    /// The range of a frame's length field.
    private static final int FRAME_BYTES = (1 << 27) - 1;

    private static final Duration MIN_ROLL_INTERVAL = Duration.ofSeconds(1);

    /// The range of a frame's time delta.
    private static final Duration MAX_ROLL_INTERVAL = Duration.ofMinutes(71);

    public StreamSettings {
        checkShards(SHARDS, shards);
        require(isPositive(maxAge), MAX_AGE, "positive", maxAge);
        require(maxShardBytes >= MIN_SEGMENT_BYTES, MAX_SHARD_BYTES, "at least 65536", maxShardBytes);
        require(minSegments >= 0, MIN_SEGMENTS, "at least 0", minSegments);
        require(isPositive(blockTimeout), BLOCK_TIMEOUT, "positive", blockTimeout);
        require(!forceDeleteAfter.isNegative(), FORCE_DELETE_AFTER, "positive, or zero for never", forceDeleteAfter);
        require(!idleGroupAfter.isNegative(), IDLE_GROUP_AFTER, "positive, or zero for never", idleGroupAfter);
        require(
                segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES,
                SEGMENT_BYTES,
                "between 65536 and " + MAX_SEGMENT_BYTES,
                segmentBytes);
        require(
                rollInterval.compareTo(MIN_ROLL_INTERVAL) >= 0 && rollInterval.compareTo(MAX_ROLL_INTERVAL) <= 0,
                ROLL_INTERVAL,
                "between 1 s and 71 min",
                rollInterval);
        int largest = Math.min(segmentBytes / BATCHES_PER_SEGMENT, FRAME_BYTES);
        require(
                maxEntryBytes >= 1 && maxEntryBytes <= largest,
                MAX_ENTRY_BYTES,
                "between 1 and a quarter of segmentBytes=" + segmentBytes,
                maxEntryBytes);
        require(!codec.isEmpty() && codec.indexOf('\n') < 0, CODEC, "a name", codec);
        require(codecMinBytes >= 0, CODEC_MIN_BYTES, "at least 0", codecMinBytes);
    }

    private static boolean isPositive(Duration value) {
        return !value.isNegative() && !value.isZero();
    }

    private static void require(boolean holds, String name, String what, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " must be " + what + ": " + name + "=" + value);
        }
    }

    /// Returns `shards` if a stream can have that many.
    ///
    /// @throws IllegalArgumentException naming the value
    public static int checkShards(String name, int shards) {
        require(shards >= 1 && shards <= MAX_SHARDS, name, "between 1 and " + MAX_SHARDS, shards);
        return shards;
    }

    /// The settings of a stream with that many shards, of which `set` gives some; the others have their defaults.
    public static StreamSettings of(int shards, Map<String, String> set) {
        SortedMap<String, String> properties = new TreeMap<>(set);
        properties.put(SHARDS, Integer.toString(shards));
        return of(properties);
    }

    /// The settings that `stored` gives; all but `shards` have defaults. Other names are left alone: a newer
    /// version may know them.
    ///
    /// @throws IllegalArgumentException naming the value that is refused
    public static StreamSettings of(Map<String, String> stored) {
        SettingsText text = new SettingsText(stored);
        int segmentBytes = text.integer(SEGMENT_BYTES, 64 << 20);
        return new StreamSettings(
                text.integer(SHARDS, 0),
                text.duration(MAX_AGE, Duration.ofHours(4)),
                text.number(MAX_SHARD_BYTES, 1L << 30),
                text.integer(MIN_SEGMENTS, 1),
                text.flag(PROTECT_UNCONSUMED, true),
                overflow(text.text(OVERFLOW, Overflow.DROP_OLDEST.name())),
                text.duration(BLOCK_TIMEOUT, Duration.ofSeconds(30)),
                text.duration(FORCE_DELETE_AFTER, Duration.ZERO),
                text.duration(IDLE_GROUP_AFTER, Duration.ZERO),
                segmentBytes,
                text.duration(ROLL_INTERVAL, Duration.ofHours(1)),
                text.integer(MAX_ENTRY_BYTES, Math.min(DEFAULT_MAX_ENTRY_BYTES, segmentBytes / BATCHES_PER_SEGMENT)),
                text.text(CODEC, NO_CODEC),
                text.integer(CODEC_LEVEL, 1),
                text.integer(CODEC_MIN_BYTES, 1024),
                text.flag(DEAD_LETTER, false));
    }

    private static Overflow overflow(String text) {
        try {
            return Overflow.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("overflow must be DROP_OLDEST, REJECT or BLOCK: overflow=" + text, e);
        }
    }

    /// Refuses an entry that a stream with these settings does not take.
    ///
    /// @throws CometException.EntryTooLarge if it is too large
    public void checkEntry(long length) {
        if (length > maxEntryBytes) {
            throw new CometException.EntryTooLarge(
                    "entry of " + length + " bytes exceeds maxEntryBytes=" + maxEntryBytes);
        }
    }

    /// Refuses a batch that a stream with these settings does not take.
    ///
    /// @throws CometException.EntryTooLarge if an entry or all of them together are too large
    public void checkBatch(List<byte[]> payloads) {
        long total = 0;
        for (byte[] payload : payloads) {
            checkEntry(payload.length);
            total += payload.length;
        }
        if (total > maxBatchBytes() && payloads.size() > 1) {
            throw new CometException.EntryTooLarge("batch of " + payloads.size() + " entries has " + total
                    + " bytes, more than maxBatchBytes=" + maxBatchBytes());
        }
    }

    /// The bytes of the largest batch.
    public int maxBatchBytes() {
        return segmentBytes / BATCHES_PER_SEGMENT;
    }
}
