package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.log.DirectorySettings;
import dev.cometlog.internal.log.ExplicitSettings;
import dev.cometlog.internal.log.StreamSettings;
import dev.cometlog.internal.storage.FilesMode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// How a process opens a log.
///
/// Some settings belong to the process alone: they are the components before the last three. The others are
/// stored with the log, so that all processes agree: what is set here wins and is stored, what is left unset is
/// taken from there.
///
/// @param readOnly takes no lock and writes nothing
/// @param allowAnyFilesystem opens a log on a network or FUSE filesystem at the caller's risk
/// @param syncInterval how long an entry waits for the background sync at most
/// @param syncEntries how many unsynced entries bring the background sync forward
/// @param appendTimeout how long an append waits for a process that holds the shard
/// @param defaultShards shards of a stream that is made by appending to it by name
/// @param streamSettings what was set of the settings stored with each stream, by their stored names
/// @param streamOverrides the same for streams whose name matches, by pattern, in the order they were set
/// @param directorySettings what was set of the settings stored with the log, by their stored names
public record CometConfig(
        boolean readOnly,
        boolean allowAnyFilesystem,
        Duration syncInterval,
        int syncEntries,
        Duration appendTimeout,
        int defaultShards,
        Map<String, String> streamSettings,
        Map<String, Map<String, String>> streamOverrides,
        Map<String, String> directorySettings) {

    private static final Duration MIN_SYNC_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(1);

    public CometConfig {
        requireNonNull(syncInterval, "syncInterval");
        requireNonNull(appendTimeout, "appendTimeout");
        if (syncInterval.compareTo(MIN_SYNC_INTERVAL) < 0 || syncInterval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "syncInterval must be between 100 ms and 1 day: syncInterval=" + syncInterval);
        }
        if (syncEntries < 1) {
            throw new IllegalArgumentException("syncEntries must be at least 1: syncEntries=" + syncEntries);
        }
        if (appendTimeout.compareTo(Duration.ofMillis(1)) < 0 || appendTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "appendTimeout must be between 1 ms and 1 day: appendTimeout=" + appendTimeout);
        }
        StreamSettings.checkShards("defaultShards", defaultShards);
        streamSettings = Map.copyOf(streamSettings);
        streamOverrides = Collections.unmodifiableMap(new LinkedHashMap<>(streamOverrides));
        directorySettings = Map.copyOf(directorySettings);
        // Constructed to be refused here, not at the first append.
        new ExplicitSettings(streamSettings, streamOverrides).check(defaultShards);
        DirectorySettings.check(directorySettings);
    }

    /// A configuration in which nothing is set yet.
    public static Builder builder() {
        return new Builder();
    }

    /// Collects settings. Values are checked when it is built, with an `IllegalArgumentException` that names
    /// what it refuses.
    public static final class Builder {
        private final Map<String, String> streamSettings = new TreeMap<>();
        private final Map<String, Map<String, String>> streamOverrides = new LinkedHashMap<>();
        private final Map<String, String> directorySettings = new TreeMap<>();
        private boolean readOnly;
        private boolean allowAnyFilesystem;
        private Duration syncInterval = Duration.ofSeconds(1);
        private int syncEntries = 1000;
        private Duration appendTimeout = Duration.ofSeconds(10);
        private int defaultShards = 16;

        private Builder() {}

        /// Takes no lock and writes nothing; everything that would is refused with
        /// [CometException.ReadOnly]. Default false.
        public Builder readOnly(boolean value) {
            readOnly = value;
            return this;
        }

        /// Opens a log even where shared mappings or locks are known not to hold. Default false.
        public Builder allowAnyFilesystem(boolean value) {
            allowAnyFilesystem = value;
            return this;
        }

        /// How long an entry waits for the background sync at most. Default 1 s, at least 100 ms.
        public Builder syncInterval(Duration value) {
            syncInterval = requireNonNull(value, "syncInterval");
            return this;
        }

        /// How many unsynced entries of a shard bring its background sync forward. Default 1000.
        public Builder syncEntries(int value) {
            syncEntries = value;
            return this;
        }

        /// How long an append waits for a process that holds the shard. Default 10 s.
        public Builder appendTimeout(Duration value) {
            appendTimeout = requireNonNull(value, "appendTimeout");
            return this;
        }

        /// Shards of a stream that is made by appending to it by name. Default 16.
        public Builder defaultShards(int value) {
            defaultShards = value;
            return this;
        }

        /// What is kept, and for how long.
        public Builder retention(Consumer<Retention> settings) {
            requireNonNull(settings, "settings").accept(new Retention(this, streamSettings, ""));
            return this;
        }

        /// What is kept of the streams whose name matches, where that differs from the rest.
        ///
        /// @param pattern a stream's name, or the beginning of one with a `*` behind; of several patterns that
        ///     match, the one that was set last wins
        public Builder retention(String pattern, Consumer<Retention> settings) {
            requireNonNull(settings, "settings").accept(new Retention(this, overrides(pattern), pattern));
            return this;
        }

        private Map<String, String> overrides(String pattern) {
            requireNonNull(pattern, "pattern");
            int star = pattern.indexOf('*');
            if (pattern.isEmpty() || (star >= 0 && star < pattern.length() - 1)) {
                throw new IllegalArgumentException(
                        "pattern must be a stream's name, or the beginning of one with a * behind: pattern=" + pattern);
            }
            return streamOverrides.computeIfAbsent(pattern, name -> new TreeMap<>());
        }

        /// The largest size of a segment file. Default 64 MiB. Stored.
        public Builder segmentBytes(int value) {
            return stream(StreamSettings.SEGMENT_BYTES, value);
        }

        /// The age at which the active segment is sealed. Default 1 h, at most 71 min. Stored.
        public Builder rollInterval(Duration value) {
            return stream(StreamSettings.ROLL_INTERVAL, requireNonNull(value, "rollInterval"));
        }

        /// The largest entry. Default 16 MiB, at most a quarter of `segmentBytes`. Stored.
        public Builder maxEntryBytes(int value) {
            return stream(StreamSettings.MAX_ENTRY_BYTES, value);
        }

        /// The codec that compresses what is appended: `none`, the default, or the name of one on the class
        /// path, such as `zstd` of comet-zstd. Stored. Opening the log fails with
        /// [CometException.MissingCodec] if it is not there.
        public Builder codec(String name) {
            return stream(StreamSettings.CODEC, requireNonNull(name, "codec"));
        }

        /// The codec of the streams whose name matches, and its level.
        ///
        /// @param pattern as for [#retention(String, Consumer)]
        public Builder codec(String pattern, String name, int level) {
            Map<String, String> target = overrides(pattern);
            target.put(StreamSettings.CODEC, requireNonNull(name, "codec"));
            target.put(StreamSettings.CODEC_LEVEL, Integer.toString(level));
            return this;
        }

        /// The codec's level. Default 1. Stored.
        public Builder codecLevel(int value) {
            return stream(StreamSettings.CODEC_LEVEL, value);
        }

        /// Frames whose body has fewer bytes are not compressed. Default 1 KiB. Stored.
        public Builder codecMinBytes(int value) {
            return stream(StreamSettings.CODEC_MIN_BYTES, value);
        }

        /// Permission bits of files, such as `0640`, the default, whatever the umask. Stored.
        public Builder fileMode(int value) {
            return directory(DirectorySettings.FILE_MODE, FilesMode.text(value));
        }

        /// Permission bits of directories, such as `0750`, the default, whatever the umask. Stored.
        public Builder dirMode(int value) {
            return directory(DirectorySettings.DIR_MODE, FilesMode.text(value));
        }

        /// For processes of several users that share a group: files 0660, directories 02770. Stored.
        public Builder sharedGroup() {
            return fileMode(FilesMode.SHARED_GROUP.file()).dirMode(FilesMode.SHARED_GROUP.directory());
        }

        private Builder stream(String name, Object value) {
            streamSettings.put(name, value.toString());
            return this;
        }

        private Builder directory(String name, Object value) {
            directorySettings.put(name, value.toString());
            return this;
        }

        public CometConfig build() {
            return new CometConfig(
                    readOnly,
                    allowAnyFilesystem,
                    syncInterval,
                    syncEntries,
                    appendTimeout,
                    defaultShards,
                    streamSettings,
                    streamOverrides,
                    directorySettings);
        }
    }

    /// Collects what is kept, and for how long. All of it is stored.
    public static final class Retention {
        private final Builder builder;
        private final Map<String, String> target;

        /// Which streams this is for; empty for all, and for the directory.
        private final String pattern;

        private Retention(Builder builder, Map<String, String> target, String pattern) {
            this.builder = builder;
            this.target = target;
            this.pattern = pattern;
        }

        /// Entries older than this are deleted once every group has read them. Default 4 h.
        public Retention maxAge(Duration value) {
            return stream(StreamSettings.MAX_AGE, requireNonNull(value, "maxAge"));
        }

        /// Bound on the bytes of one shard. Default 1 GiB.
        public Retention maxShardBytes(long value) {
            return stream(StreamSettings.MAX_SHARD_BYTES, value);
        }

        /// Bound on the bytes of the whole directory. Default 16 GiB or half the filesystem, whichever is less.
        public Retention maxTotalBytes(long value) {
            return directory(DirectorySettings.MAX_TOTAL_BYTES, value);
        }

        /// Bytes that the log leaves free on its filesystem. Default 512 MiB or 5 %, whichever is less.
        public Retention minFreeBytes(long value) {
            return directory(DirectorySettings.MIN_FREE_BYTES, value);
        }

        /// Sealed segments that age alone never deletes. Default 1.
        public Retention minSegments(int value) {
            return stream(StreamSettings.MIN_SEGMENTS, value);
        }

        /// Whether age spares what a group has not read. Default true.
        public Retention protectUnconsumed(boolean value) {
            return stream(StreamSettings.PROTECT_UNCONSUMED, value);
        }

        /// What happens at a byte bound when only protected data is left. Default [Overflow#DROP_OLDEST].
        public Retention overflow(Overflow value) {
            return stream(StreamSettings.OVERFLOW, requireNonNull(value, "overflow"));
        }

        /// How long [Overflow#BLOCK] waits. Default 30 s.
        public Retention blockTimeout(Duration value) {
            return stream(StreamSettings.BLOCK_TIMEOUT, requireNonNull(value, "blockTimeout"));
        }

        /// The age at which even protected entries are deleted; zero, the default, is never.
        public Retention forceDeleteAfter(Duration value) {
            return stream(StreamSettings.FORCE_DELETE_AFTER, requireNonNull(value, "forceDeleteAfter"));
        }

        /// A group that has no living member and acknowledged nothing for this long protects nothing any more;
        /// zero, the default, is never.
        public Retention idleGroupAfter(Duration value) {
            return stream(StreamSettings.IDLE_GROUP_AFTER, requireNonNull(value, "idleGroupAfter"));
        }

        private Retention stream(String name, Object value) {
            target.put(name, value.toString());
            return this;
        }

        private Retention directory(String name, Object value) {
            if (!pattern.isEmpty()) {
                throw new IllegalArgumentException(
                        name + " is for the whole directory, not for streams called " + pattern);
            }
            builder.directory(name, value);
            return this;
        }
    }
}
