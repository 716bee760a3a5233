package dev.cometlog.internal.log;

import dev.cometlog.CometException;

/// Decides what happens when a new segment does not fit into the directory.
@FunctionalInterface
interface SpacePolicy {
    /// Makes room and reserves what is asked for, or throws.
    ///
    /// @throws CometException.LogFull if `maxTotalBytes` is reached
    /// @throws CometException.DiskFull if the filesystem has too little left
    void makeRoom(DiskBudget budget, Request request);

    /// Deletes what takes as much room on the disk, which is full, as is asked for; false if nothing may go.
    default boolean makeRoomOnDisk(Request request) {
        return false;
    }

    /// Room that a shard needs for its next segment.
    ///
    /// @param settings of the shard's stream, whose overflow policy decides
    /// @param mayWait whether an appender needs it now; one that is prepared ahead is not waited for
    record Request(ShardId shard, StreamSettings settings, long bytes, boolean mayWait) {}

    /// Deletes nothing.
    static SpacePolicy refuse() {
        return (budget, request) -> {
            throw budget.refusal(request.bytes());
        };
    }
}
