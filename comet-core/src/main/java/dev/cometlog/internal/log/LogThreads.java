package dev.cometlog.internal.log;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/// The threads on which a log does what nobody waits for.
///
/// @param background syncs and retention
/// @param preparer apart from the others, who may be waiting for the device when a shard needs its next segment
/// @param curer apart from the others too: a device that fails is slow, and other shards are to be synced in time
record LogThreads(ExecutorService background, ExecutorService preparer, ExecutorService curer) {
    private static final int BACKGROUND_THREADS = 3;

    static LogThreads of(Machine.Threads threads) {
        return new LogThreads(
                threads.make("comet-background", BACKGROUND_THREADS),
                threads.make("comet-preparer", 1),
                threads.make("comet-curer", 1));
    }

    /// Returns once everything that was begun has ended.
    void end() {
        end(preparer);
        end(background);
        end(curer);
    }

    private static void end(ExecutorService threads) {
        threads.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            while (!threads.awaitTermination(1, TimeUnit.DAYS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            threads.shutdownNow();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
