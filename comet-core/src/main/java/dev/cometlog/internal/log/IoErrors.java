package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.NotOpenedException;
import dev.cometlog.internal.storage.NotRegularFileException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Turns what the operating system says into the exception that a user can act on.
public final class IoErrors {
    private IoErrors() {}

    /// The typed form of `cause`, which happened while `doing`.
    public static CometException typed(String doing, IOException cause) {
        if (isDiskFull(cause)) {
            return new CometException.DiskFull("no room on the disk while " + doing + ": " + cause.getMessage(), cause);
        }
        if (cause instanceof NotRegularFileException e) {
            return new CometException.IoFailure("while " + doing + ": " + e.getMessage(), e);
        }
        if (cause instanceof NotOpenedException && cause.getCause() instanceof NoSuchFileException gone) {
            return typed(doing, gone);
        }
        if (cause instanceof NoSuchFileException) {
            return new CometException.IoFailure(
                    "while " + doing + ": " + cause.getMessage()
                            + " is gone; if it was deleted by hand, close and open the log again",
                    cause);
        }
        return new CometException.IoFailure("while " + doing + ": " + cause + advice(cause), cause);
    }

    /// What the user can do about it, where that is known.
    private static String advice(IOException cause) {
        String message = text(cause.getMessage());
        if (message.contains("too many open files")) {
            return "; the process, or the machine, may open no more of them (see ulimit -n)";
        }
        if (message.contains("read-only file system")) {
            return "; the filesystem was mounted read-only, perhaps after an error of the disk";
        }
        return "";
    }

    /// Whether the filesystem, or the user's share of it, has no room.
    static boolean isDiskFull(IOException cause) {
        String message = text(cause.getMessage());
        return message.contains("no space left") || message.contains("quota exceeded");
    }

    private static String text(@Nullable String message) {
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }
}
