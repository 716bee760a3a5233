package dev.cometlog.internal.log;

import dev.cometlog.internal.format.StreamName;
import java.util.regex.Pattern;

/// What a directory of a log is, and so which names belong there.
enum LogPart {
    LOG,
    STREAMS,
    STREAM,
    SHARD,
    /// Any other: nothing is said of what it holds.
    OTHER;

    private static final Pattern SHARD_NAME = Pattern.compile("[0-9]{4,}");

    /// What the directory of that name in such a one is.
    LogPart child(String name) {
        return switch (this) {
            case LOG -> name.equals(LogDirectory.STREAMS) ? STREAMS : OTHER;
            case STREAMS -> StreamName.decoded(name).isPresent() ? STREAM : OTHER;
            case STREAM -> isShard(name) ? SHARD : OTHER;
            case SHARD, OTHER -> OTHER;
        };
    }

    /// Whether a file or directory in such a one is told of as no part of the log. Whoever lists the log, its streams
    /// or the groups tells of what lies there.
    boolean isStranger(String name) {
        return switch (this) {
            case STREAM -> !isShard(name) && !name.equals(StreamDirectories.PROPERTIES) && !GroupFiles.isPart(name);
            case SHARD -> !ShardPaths.isPart(name);
            case LOG, STREAMS, OTHER -> false;
        };
    }

    private static boolean isShard(String name) {
        return SHARD_NAME.matcher(name).matches();
    }
}
