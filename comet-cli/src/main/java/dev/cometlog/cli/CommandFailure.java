package dev.cometlog.cli;

import java.io.Serial;

/// Ends a command with one line on standard error; for what the user can understand from that line alone.
final class CommandFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    CommandFailure(String message) {
        super(message);
    }

    CommandFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
