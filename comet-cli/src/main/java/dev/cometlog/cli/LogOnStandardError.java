package dev.cometlog.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogManager;

/// Has what the library logs go to standard error, warnings and errors alone, in the form of a command's own messages.
///
/// The log manager makes one when the first logger is asked for, so a command that logs nothing does not set it up.
public final class LogOnStandardError {
    private static final String CLASS = "java.util.logging.config.class";
    private static final String FILE = "java.util.logging.config.file";

    /// Called by the log manager.
    public LogOnStandardError() throws IOException {
        String configuration = """
                handlers=java.util.logging.ConsoleHandler
                .level=%1$s
                java.util.logging.ConsoleHandler.level=%1$s
                java.util.logging.ConsoleHandler.formatter=%2$s
                """.formatted(Level.WARNING.getName(), LogLine.class.getName());
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(configuration.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// Configures logging so, unless whoever started the JVM did it otherwise.
    static void use() {
        if (System.getProperty(CLASS) == null && System.getProperty(FILE) == null) {
            System.setProperty(CLASS, LogOnStandardError.class.getName());
        }
    }
}
