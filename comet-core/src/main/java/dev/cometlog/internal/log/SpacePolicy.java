package dev.cometlog.internal.log;

import dev.cometlog.CometException;

/// Decides what happens when a reservation does not fit.
@FunctionalInterface
interface SpacePolicy {
    /// Makes room and reserves `bytes`, or throws.
    ///
    /// @throws CometException.LogFull if `maxTotalBytes` is reached
    /// @throws CometException.DiskFull if the filesystem has too little left
    void makeRoom(DiskBudget budget, long bytes);

    /// Deletes nothing.
    static SpacePolicy refuse() {
        return (budget, bytes) -> {
            throw budget.refusal(bytes);
        };
    }
}
