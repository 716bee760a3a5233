package dev.cometlog.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// Writes what is logged as `comet: warning: …`, one line each; what nobody expected keeps its trace.
public final class LogLine extends Formatter {

    /// Called by the log manager.
    public LogLine() {}

    @Override
    public String format(LogRecord record) {
        String level = record.getLevel().intValue() >= Level.SEVERE.intValue() ? "error" : "warning";
        return "comet: " + level + ": " + Failures.oneLine(formatMessage(record)) + cause(record.getThrown()) + "\n";
    }

    private static String cause(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        String told = ": " + Failures.oneLine(Failures.describe(cause));
        if (Failures.isExpected(cause)) {
            return told;
        }
        StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace, true));
        return told + "\n" + trace.toString().stripTrailing();
    }
}
