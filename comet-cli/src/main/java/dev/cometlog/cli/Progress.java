package dev.cometlog.cli;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/// One line on standard error that shows how far a long command is; only where somebody watches a terminal.
final class Progress implements AutoCloseable {
    private static final long INTERVAL_NANOS = 200_000_000;

    /// Where Linux says what standard error is.
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/\\d+|tty.*|console)");

    private final PrintStream target;
    private final boolean shown;
    private final LongSupplier nanoTime;
    private long nextNanos;
    private int width;

    Progress() {
        this(System.err, isTerminal(STANDARD_ERROR), System::nanoTime);
    }

    Progress(PrintStream target, boolean shown, LongSupplier nanoTime) {
        this.target = target;
        this.shown = shown;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong() + INTERVAL_NANOS;
    }

    /// Whether somebody sees what is written to that descriptor: a console is not enough, for it is there with standard
    /// error in a file, and it is not with standard input from one.
    static boolean isTerminal(Path descriptor) {
        try {
            return TERMINAL.matcher(Files.readSymbolicLink(descriptor).toString())
                    .matches();
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux, so this is as much as can be known.
            return Optional.ofNullable(System.console())
                    .filter(Console::isTerminal)
                    .isPresent();
        }
    }

    /// Shows `text`, unless something was shown just before.
    void show(String text) {
        if (!shown || nanoTime.getAsLong() < nextNanos) {
            return;
        }
        nextNanos = nanoTime.getAsLong() + INTERVAL_NANOS;
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
