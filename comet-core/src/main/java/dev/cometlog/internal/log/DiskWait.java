package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;

/// How long one whom the filesystem refused a file tries again: until room of deleted files has come back, then with
/// what the stream's overflow policy gives up of the log's own, or for as long as that lets appenders wait.
///
/// The free bytes that a filesystem tells of are not enough to know: others take them meanwhile, some are kept for
/// itself, and quotas are no part of them.
final class DiskWait {

    /// As often as a room that comes is polled for, whoever takes it meanwhile.
    private static final int MOST_POLLS = 200;

    private final DiskBudget budget;
    private final TimeSource time;
    private final SpacePolicy.Request request;
    private final SpaceWait policy;
    private int polls;

    DiskWait(DiskBudget budget, TimeSource time, SpacePolicy.Request request) {
        this.budget = budget;
        this.time = time;
        this.request = request;
        this.policy = new SpaceWait(request.settings(), time, request.mayWait());
    }

    /// Waits a moment, or makes room; false if it is time to give up.
    ///
    /// @throws dev.cometlog.CometException.Interrupted if the thread is
    boolean again() {
        if (!request.mayWait()) {
            return false;
        }
        if (polls < MOST_POLLS) {
            polls++;
            // As long as another process has what was deleted mapped, the filesystem does not have its room.
            if (budget.mayHaveRoomSoon(time.nanoTime())) {
                SpaceWait.pause();
                return true;
            }
            if (budget.makeRoomOnDisk(request)) {
                budget.roomComes(time.nanoTime());
                return true;
            }
        }
        return policy.again();
    }
}
