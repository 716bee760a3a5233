package dev.cometlog.internal.storage;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// A file or directory could not even be opened, for want of file descriptors perhaps. So nothing was asked of the
/// device, and nothing is known to have gone wrong there.
public final class NotOpenedException extends FileSystemException {
    @Serial
    private static final long serialVersionUID = 1;

    public NotOpenedException(Path path, IOException cause) {
        super(path.toString(), null, reason(cause));
        initCause(cause);
    }

    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return reason == null ? cause.toString() : reason;
    }
}
