package dev.cometlog.forward;

/// Which entries of a shard a sender has to send, where several share them out.
///
/// Thread-safe.
interface Lane {

    /// Sends everything.
    Lane ALONE = new Lane() {};

    /// Entries below it are somebody else's, who has or will have acknowledged them: this one acknowledges them
    /// unsent.
    default long from(String stream, int shard) {
        return 0;
    }

    /// Entries from here on are somebody else's; this one leaves them alone. Asked before [#from(String, int)].
    default long end(String stream, int shard) {
        return Long.MAX_VALUE;
    }

    /// Asked before each attempt: true if everything from `offset` on is to be left to somebody else from now on.
    default boolean gives(String stream, int shard, long offset, long timestampMicros) {
        return false;
    }

    /// Whether it lets others go first when bytes are rationed.
    default boolean yields() {
        return false;
    }
}
