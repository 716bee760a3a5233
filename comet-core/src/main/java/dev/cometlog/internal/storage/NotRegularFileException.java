package dev.cometlog.internal.storage;

import java.io.Serial;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// Something other than a regular file stands where a file of the log should.
public final class NotRegularFileException extends FileSystemException {
    @Serial
    private static final long serialVersionUID = 1;

    public NotRegularFileException(Path path) {
        super(path.toString(), null, "is no regular file; links and special files are not opened");
    }
}
