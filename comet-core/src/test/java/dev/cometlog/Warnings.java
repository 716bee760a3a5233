package dev.cometlog;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// Keeps what Comet logs while it is open, as an operator sees it: warnings, errors, and rare information.
public final class Warnings extends Handler implements AutoCloseable {
    private static final Logger COMET = Logger.getLogger("dev.cometlog");

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    public Warnings() {
        setFormatter(new SimpleFormatter());
        COMET.addHandler(this);
    }

    @Override
    public void publish(LogRecord logged) {
        String message = getFormatter().formatMessage(logged);
        if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
            messages.add(message);
        }
        if (logged.getLevel().intValue() >= Level.INFO.intValue()) {
            lines.add(logged.getLevel() + " " + message);
        }
    }

    /// The warnings and errors so far, in order.
    public List<String> messages() {
        return messages;
    }

    /// All so far, in order, with their levels: `WARNING text`.
    public List<String> lines() {
        return lines;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        COMET.removeHandler(this);
    }
}
