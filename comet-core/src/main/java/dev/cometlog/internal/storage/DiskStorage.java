package dev.cometlog.internal.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// [Storage] on the real file system.
public final class DiskStorage implements Storage {
    private final FilesMode mode;

    public DiskStorage(FilesMode mode) {
        this.mode = mode;
    }

    @Override
    public FileKind kind(Path path) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isRegularFile()) {
                return FileKind.REGULAR;
            }
            return found.isDirectory() ? FileKind.DIRECTORY : FileKind.OTHER;
        } catch (NoSuchFileException e) {
            return FileKind.ABSENT;
        }
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        Files.createDirectory(path);
        Files.setAttribute(path, "unix:mode", mode.directory());
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public StorageFile open(Path path, Access access) throws IOException {
        // Checked first, because opening a FIFO would block for ever.
        FileKind kind = kind(path);
        if (kind == FileKind.ABSENT && access != Access.CREATE) {
            throw new NoSuchFileException(path.toString());
        }
        if (kind != FileKind.ABSENT && access == Access.CREATE) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (kind == FileKind.DIRECTORY || kind == FileKind.OTHER) {
            throw new NotRegularFileException(path);
        }
        FileChannel channel = IoThreads.call(() -> FileChannel.open(path, options(access)));
        if (access == Access.CREATE) {
            Files.setAttribute(path, "unix:mode", mode.file());
        }
        return new DiskFile(path, channel);
    }

    private static Set<OpenOption> options(Access access) {
        return switch (access) {
            case READ -> Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            case CREATE ->
                Set.of(
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE_NEW,
                        LinkOption.NOFOLLOW_LINKS);
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.delete(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .size();
    }

    @Override
    public long fileId(Path path) throws IOException {
        return (long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        IoThreads.<@Nullable Void>call(() -> {
            try (FileChannel channel = openDirectory(directory)) {
                channel.force(true);
            }
            return null;
        });
    }

    private static FileChannel openDirectory(Path directory) throws NotOpenedException {
        try {
            return FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new NotOpenedException(directory, e);
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return Files.getFileStore(path).getTotalSpace();
    }

    @Override
    public String filesystemType(Path path) throws IOException {
        return Files.getFileStore(path).type();
    }

    @Override
    public long modifiedMillis(Path path) throws IOException {
        return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
    }
}
