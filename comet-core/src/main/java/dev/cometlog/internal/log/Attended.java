package dev.cometlog.internal.log;

/// What housekeeping looks after, ten times a second.
interface Attended {
    ShardId id();

    /// Does what is due.
    ///
    /// @param nanoTime of the time source
    void tick(long nanoTime);
}
