package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How a command shows what the library logs.
class LogLineTest {

    private static String format(Level level, String message, @Nullable Throwable cause, Object... parameters) {
        LogRecord logged = new LogRecord(level, message);
        logged.setThrown(cause);
        logged.setParameters(parameters);
        return new LogLine().format(logged);
    }

    @Test
    void aWarningIsALineLikeThoseOfTheCommand() {
        assertThat(format(Level.WARNING, "{0} holds what is no group", null, "groups"))
                .isEqualTo("comet: warning: groups holds what is no group\n");
    }

    @Test
    void itsCauseIsOnTheSameLine() {
        assertThat(format(Level.SEVERE, "the sync failed", new IOException("no space\nleft")))
                .isEqualTo("comet: error: the sync failed: java.io.IOException: no space left\n");
    }

    @Test
    void whatNobodyExpectedKeepsItsTrace() {
        assertThat(format(Level.SEVERE, "it failed", new IllegalStateException("odd")))
                .startsWith("comet: error: it failed: java.lang.IllegalStateException: odd\n")
                .contains("\tat " + LogLineTest.class.getName())
                .endsWith("\n");
    }
}
