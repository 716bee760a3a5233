package dev.cometlog.cli;

import dev.cometlog.Comet;

/// Closes a log cleanly when the command is stopped, as by Ctrl-C, so that the next open has nothing to recover.
final class CleanStop {

    /// A slow disk must not keep a command alive that was told to stop; what it cannot sync in time, recovery finds.
    private static final long PATIENCE_MILLIS = 800;

    private static volatile boolean stopping;

    private CleanStop() {}

    /// Whether the command was told to stop: what then fails because the log is closed is nobody's concern.
    static boolean isStopping() {
        return stopping;
    }

    /// Says that the command was told to stop.
    static void begin() {
        stopping = true;
    }

    /// Sees to it that `comet` is closed when the JVM ends; closing it before that is as good.
    static Comet watch(Comet comet) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(comet), "comet-clean-stop"));
        return comet;
    }

    private static void close(Comet comet) {
        begin();
        Thread closer = Thread.ofPlatform().daemon().name("comet-close").start(comet::close);
        try {
            closer.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            // Nobody interrupts a hook but a JVM that ends at once; then recovery does the rest.
            Thread.currentThread().interrupt();
        }
    }
}
