package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import org.jspecify.annotations.Nullable;

/// Finds the stream that a command appends to.
final class Streams {
    private static final int DEFAULT_SHARDS = 16;

    private Streams() {}

    /// The stream of that name; made if there is none, with 16 shards unless told otherwise.
    static CometStream forAppend(Comet comet, String name, @Nullable Integer shards) {
        if (shards != null) {
            return comet.stream(name, shards);
        }
        return comet.streams().contains(name) ? comet.stream(name) : comet.stream(name, DEFAULT_SHARDS);
    }
}
