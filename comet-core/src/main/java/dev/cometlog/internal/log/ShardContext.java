package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.util.concurrent.Executor;

/// What a shard needs of the log it belongs to.
///
/// @param live what is stored with the shard's stream, as it is now
/// @param config what this process alone decides
/// @param epoch the present one: a state page that carries it is trusted
/// @param protectedOffsets how far the groups have come
/// @param background runs what appenders must not wait for, on threads that do I/O
/// @param preparer runs what appenders need soon, on a thread that does I/O and never waits for the device
/// @param curer runs cures one by one, on a thread that does I/O: each takes as long as a failing device makes it
public record ShardContext(
        Storage storage,
        TimeSource time,
        Incarnations incarnations,
        DiskBudget budget,
        LiveSettings live,
        CometConfig config,
        long epoch,
        BootId boot,
        ClockSteps clock,
        ProtectedOffsets protectedOffsets,
        Executor background,
        Executor preparer,
        Executor curer) {

    /// The settings of the shard's stream that are in force now.
    StreamSettings settings() {
        return live.get();
    }
}
