package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.consumer.LogHealth;
import dev.cometlog.internal.consumer.LogStats;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A log, opened by this process. Any number of processes may have it open at the same time.
///
/// Thread-safe. After [#close()] everything that came from here throws [CometException.Closed].
public final class Comet implements AutoCloseable {
    private final Log log;
    private final Map<String, CometStream> streams = new ConcurrentHashMap<>();
    private final Set<CometConsumer> consumers = ConcurrentHashMap.newKeySet();
    private final Set<LingeringAppender> lingering = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    Comet(Log log) {
        this.log = log;
    }

    /// Opens the log in `directory`, which is made if it does not exist.
    public static Comet open(Path directory) {
        return open(directory, config -> {});
    }

    /// Opens the log in `directory` with other settings than those stored there or the defaults.
    ///
    /// @throws CometException.NotALog if the directory holds something else
    /// @throws CometException.NewerFormat if a newer version wrote it
    /// @throws CometException.UnsupportedFilesystem if the filesystem cannot serve a log
    /// @throws IllegalArgumentException naming a setting that is refused, or one of this process alone that
    ///     differs from those of an open of the same directory before, as does a mode of the files
    public static Comet open(Path directory, Consumer<CometConfig.Builder> settings) {
        requireNonNull(directory, "directory");
        CometConfig.Builder config = CometConfig.builder();
        requireNonNull(settings, "settings").accept(config);
        return new Comet(Logs.open(directory, config.build()));
    }

    /// The stream of that name, which is made with `shards` shards if it does not exist.
    ///
    /// @throws CometException.WrongShardCount if it exists with another number of shards
    public CometStream stream(String name, int shards) {
        requireNonNull(name, "name");
        checkOpen();
        return opened(log.findOrCreate(name, shards));
    }

    /// The stream of that name.
    ///
    /// @throws CometException.UnknownStream if it does not exist
    public CometStream stream(String name) {
        requireNonNull(name, "name");
        checkOpen();
        return opened(log.find(name)
                .orElseThrow(() -> new CometException.UnknownStream("no stream is called \"" + name + "\" in "
                        + log.directory() + "; stream(name, shards) makes one")));
    }

    private CometStream opened(LogStream stream) {
        return streams.computeIfAbsent(stream.name(), name -> new CometStream(this, stream));
    }

    /// The names of all streams, sorted.
    public List<String> streams() {
        checkOpen();
        return log.streamNames();
    }

    /// Appends entries as one batch to a shard by its full name, such as `events:v1:shard:0007`, or to any shard
    /// of a stream by the stream's name. An unknown stream is made with `defaultShards` shards.
    public List<EntryId> append(String name, List<byte[]> payloads) {
        requireNonNull(name, "name");
        CometShard.checkBatch(payloads);
        checkOpen();
        int separator = name.lastIndexOf(StreamName.SHARD_SEPARATOR);
        if (separator < 0) {
            return streamForAppend(name, 0, payloads).append(payloads);
        }
        int shard = shardNumber(name, separator + StreamName.SHARD_SEPARATOR.length());
        CometStream stream = streamForAppend(name.substring(0, separator), shard, payloads);
        return CometStream.append(stream.shard(shard), payloads);
    }

    private CometStream streamForAppend(String name, int shard, List<byte[]> payloads) {
        CometStream known = streams.get(name);
        return known != null ? known : opened(log.find(name).orElseGet(() -> madeFor(name, shard, payloads)));
    }

    /// Makes the stream that entries are for; what it would refuse is refused before it is made.
    private LogStream madeFor(String name, int shard, List<byte[]> payloads) {
        int shards = log.config().defaultShards();
        StreamSettings settings = log.settingsOfNew(name, shards);
        CometStream.checkShard(name, shards, shard);
        settings.checkBatch(payloads);
        return log.findOrCreate(name, shards);
    }

    private static int shardNumber(String name, int from) {
        try {
            return Integer.parseInt(name, from, name.length(), 10);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "not the name of a shard (expected stream:shard:0007): \"" + name + "\"", e);
        }
    }

    /// The full name of the shard that `key` picks in the stream `name:version`.
    public static String pickShardStream(String key, String name, String version, int shards) {
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        if (shards < 1) {
            throw new IllegalArgumentException("shards must be at least 1: shards=" + shards);
        }
        return StreamName.ofShard(name + ":" + version, CometStream.shardOf(key, shards));
    }

    LingeringAppender lingering(
            CometStream stream, Supplier<StreamSettings> settings, int maxEntries, Duration maxDelay) {
        checkOpen();
        LingeringAppender appender = new LingeringAppender(this, stream, settings, maxEntries, maxDelay, log.time());
        lingering.add(appender);
        appender.start();
        if (closed.get()) {
            // Closed meanwhile, perhaps before it could see this appender.
            appender.close();
            checkOpen();
        }
        return appender;
    }

    void forget(LingeringAppender appender) {
        lingering.remove(appender);
    }

    /// Returns once everything appended before, to any stream by any process, survives power loss. What waits in a
    /// [LingeringAppender] of this log is appended first.
    public void sync() {
        checkOpen();
        lingering.forEach(LingeringAppender::flush);
        try {
            log.sync();
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /// A consumer of the group of that name, which any number of consumers in any number of processes may share.
    /// Makes nothing: a group comes to be by its first `process` or `poll`.
    ///
    /// @throws IllegalArgumentException if a group cannot be called so
    public CometConsumer consumer(String group) {
        requireNonNull(group, "group");
        checkOpen();
        CometConsumer consumer = new CometConsumer(this, new GroupConsumer(log, group));
        consumers.add(consumer);
        if (closed.get()) {
            // Closed meanwhile, perhaps before it could see this consumer.
            consumer.close();
            checkOpen();
        }
        return consumer;
    }

    /// The names of the groups that have begun with a stream, sorted.
    ///
    /// @throws CometException.UnknownStream if the stream does not exist
    public List<String> groups(String stream) {
        requireNonNull(stream, "stream");
        checkOpen();
        return GroupConsumer.names(log, stream);
    }

    /// What the log holds and what has happened to it. Reads a few blocks of every shard, so ask every second, not
    /// for every append; changes nothing.
    public CometStats stats() {
        checkOpen();
        try {
            return LogStats.of(log);
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /// What is wrong with the log, as far as this process can tell. Changes nothing and remembers nothing: what was
    /// mended is no longer told. Reads a page of every shard and group, so ask every few seconds at most.
    public Health health() {
        checkOpen();
        try {
            return Health.of(LogHealth.of(log));
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    void forget(CometConsumer consumer) {
        consumers.remove(consumer);
    }

    /// Deletes what the retention settings give up, in every shard of every stream. This happens by itself at
    /// every roll and every minute; call it to see changed settings take effect now.
    public void retain() {
        checkOpen();
        try {
            var _ = log.retain(false);
        } catch (IllegalStateException e) {
            throw explained(e);
        }
    }

    /// A number from 0 that no other open of this log has at the same time, the lowest that is free when first
    /// asked for. Prefork servers share out the shards by it: see [CometStream#ownedShards(int, int)].
    public int processId() {
        checkOpen();
        return log.incarnations().processId();
    }

    /// Closes what was opened here, lingering appenders and consumers first; the last in this process to do so syncs
    /// and leaves the log.
    @Override
    public void close() {
        // Before anything else, while appends still work; and again behind it, for one that came meanwhile.
        lingering.forEach(LingeringAppender::close);
        if (closed.compareAndSet(false, true)) {
            lingering.forEach(LingeringAppender::close);
            consumers.forEach(CometConsumer::close);
            Logs.close(log);
        }
    }

    void checkOpen() {
        if (closed.get()) {
            throw closed(null);
        }
    }

    /// What an `IllegalStateException` from inside means: the one place that knows that access to a mapping
    /// that was closed meanwhile looks like that.
    RuntimeException explained(IllegalStateException e) {
        return closed.get() || log.isClosed() ? closed(e) : e;
    }

    private CometException.Closed closed(@Nullable Throwable cause) {
        CometException.Closed exception = new CometException.Closed("log " + log.directory());
        if (cause != null) {
            exception.addSuppressed(cause);
        }
        return exception;
    }
}
