package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometStream;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.Codecs;
import dev.cometlog.internal.log.StreamSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the stream that a command appends to, and refuses one that cannot be made before anything else is made.
final class Streams {
    private static final int DEFAULT_SHARDS = CometConfig.builder().build().defaultShards();

    private Streams() {}

    /// Refuses, before a log is opened, which may have to be made for it, what no stream can be called or have.
    ///
    /// @throws IllegalArgumentException naming it
    static void check(String name, @Nullable Integer shards, Map<String, String> settings) {
        StreamName.checkNewStream(name);
        Codecs.installed().check(StreamSettings.of(orDefault(shards), settings));
    }

    /// Like [#check(String, Integer, Map)], for a stream of which one shard is meant, if any is: where there is no log
    /// yet, it will be a new one.
    static void check(Path log, String name, @Nullable Integer shards, @Nullable Integer shard) {
        check(name, shards, Map.of());
        if (!Files.isDirectory(log.resolve("streams"))) {
            checkShard(shards, shard);
        }
    }

    private static int orDefault(@Nullable Integer shards) {
        return shards == null ? DEFAULT_SHARDS : shards;
    }

    private static void checkShard(@Nullable Integer shards, @Nullable Integer shard) {
        int last = orDefault(shards) - 1;
        if (shard != null && (shard < 0 || shard > last)) {
            throw new IllegalArgumentException("--shard must be between 0 and " + last + ": " + shard);
        }
    }

    /// The stream of that name; made if there is none, with 16 shards unless told otherwise, and if it has `shard`.
    static CometStream forAppend(Comet comet, String name, @Nullable Integer shards, @Nullable Integer shard) {
        if (!comet.streams().contains(name)) {
            checkShard(shards, shard);
            return comet.stream(name, orDefault(shards));
        }
        return shards == null ? comet.stream(name) : comet.stream(name, shards);
    }

    /// A file that is to be read, before anything is made for what is in it.
    ///
    /// @throws CommandFailure if it cannot be
    static void checkReadable(Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandFailure(file + ": is a directory");
        }
        if (!Files.isReadable(file)) {
            throw new CommandFailure(file + ": " + (Files.exists(file) ? "permission denied" : "no such file"));
        }
    }
}
