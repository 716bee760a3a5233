package dev.cometlog.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/// One line on standard error that shows how far a long command is; only where somebody watches a terminal.
final class Progress implements AutoCloseable {
    private static final long INTERVAL_NANOS = 200_000_000;

    private final PrintStream target;
    private final boolean shown;
    private long nextNanos = System.nanoTime() + INTERVAL_NANOS;
    private int width;

    Progress() {
        shown = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        target = System.err;
    }

    /// Shows `text`, unless something was shown just before.
    void show(String text) {
        if (!shown || System.nanoTime() < nextNanos) {
            return;
        }
        nextNanos = System.nanoTime() + INTERVAL_NANOS;
        target.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
        target.flush();
        width = text.length();
    }

    /// Takes the line away.
    @Override
    public void close() {
        if (width > 0) {
            target.print("\r" + " ".repeat(width) + "\r");
            target.flush();
            width = 0;
        }
    }
}
