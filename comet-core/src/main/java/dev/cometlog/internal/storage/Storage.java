package dev.cometlog.internal.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The one seam between Comet and the file system: everything that touches a file of the log goes through
/// it, so that tests can fail any call, lose what was not forced, or count what was done.
///
/// Thread-safe. Calls are not affected by interrupts of the calling thread.
public interface Storage {
    /// What stands at `path`, without following a symbolic link.
    FileKind kind(Path path) throws IOException;

    /// Creates one directory; its parent exists.
    void createDirectory(Path path) throws IOException;

    /// The names in a directory, sorted.
    List<String> list(Path directory) throws IOException;

    /// Opens a regular file without following links.
    ///
    /// @throws NotRegularFileException if something else than a regular file stands there
    StorageFile open(Path path, Access access) throws IOException;

    /// Gives a file a second name.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if `name` exists; it is never replaced
    void link(Path existing, Path name) throws IOException;

    /// Renames a file, atomically replacing what stood at `to`.
    void rename(Path from, Path to) throws IOException;

    void delete(Path path) throws IOException;

    /// A regular file's bytes.
    default long size(Path path) throws IOException {
        try (StorageFile file = open(path, Access.READ)) {
            return file.size();
        }
    }

    /// Makes a directory's entries durable.
    ///
    /// @throws NotOpenedException if it did not come to forcing them
    void forceDirectory(Path directory) throws IOException;

    /// Bytes that may still be written to the filesystem that `path` is on.
    long usableBytes(Path path) throws IOException;

    /// Size of the filesystem that `path` is on.
    long totalBytes(Path path) throws IOException;

    /// The filesystem's type as the operating system calls it, such as `ext4`.
    String filesystemType(Path path) throws IOException;

    /// Milliseconds since 1970 at which the file was last written, as the file system tells.
    long modifiedMillis(Path path) throws IOException;

    /// What tells a file apart from every other of its file system, and from a copy of it: its inode number. Renaming
    /// keeps it.
    ///
    /// @return 0 if the file system has no such thing
    long fileId(Path path) throws IOException;

    /// How to open a file.
    enum Access {
        READ,
        /// Read and write; the file exists.
        WRITE,
        /// Read and write; the file does not exist yet.
        CREATE
    }

    /// What a path names.
    enum FileKind {
        ABSENT,
        REGULAR,
        DIRECTORY,
        /// A link, a FIFO, a socket or a device: never opened.
        OTHER
    }
}
