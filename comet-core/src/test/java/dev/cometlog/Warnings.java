package dev.cometlog;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// Keeps the warnings that Comet logs while it is open.
public final class Warnings extends Handler implements AutoCloseable {
    private static final Logger COMET = Logger.getLogger("dev.cometlog");

    private final List<String> messages = new CopyOnWriteArrayList<>();

    public Warnings() {
        setFormatter(new SimpleFormatter());
        COMET.addHandler(this);
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
            messages.add(getFormatter().formatMessage(logged));
        }
    }

    /// Those so far, in order.
    public List<String> messages() {
        return messages;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        COMET.removeHandler(this);
    }
}
