package dev.cometlog.internal.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;

/// The byte-range locks of one lock file. The kernel frees them when the process dies, however it dies.
///
/// Closing *any* channel of a file drops all locks that the JVM holds on it, and a channel that nobody
/// references is closed by the garbage collector. So there is one channel per file and class loader, it is
/// never closed, and it is pinned by a shutdown hook that consists of JDK classes only (one of ours would
/// pin this class loader). Nothing else may open such a file.
public final class LockFile {
    /// Guarded by itself: one per file for as long as this class loader lives.
    private static final Map<Object, LockFile> OPEN = new HashMap<>();

    private final FileChannel channel;

    /// The locks held; strong references, because the JDK forgets a lock that is garbage. Guarded by itself.
    private final List<FileLock> held;

    private LockFile(FileChannel channel, List<FileLock> held) {
        this.channel = channel;
        this.held = held;
    }

    /// A locked range; released when closed.
    public final class Held implements AutoCloseable {
        private final FileLock lock;

        private Held(FileLock lock) {
            this.lock = lock;
        }

        @Override
        public void close() throws IOException {
            synchronized (held) {
                held.remove(lock);
            }
            IoThreads.call(() -> {
                lock.release();
                return true;
            });
        }
    }

    /// The lock file at `path`, which is made with `fileMode` if absent.
    public static LockFile open(Path path, int fileMode) throws IOException {
        synchronized (OPEN) {
            // Looked up before anything is opened: a second channel must not even exist for a moment.
            Optional<Object> key = key(path);
            LockFile known = key.map(OPEN::get).orElse(null);
            if (known != null) {
                return known;
            }
            FileChannel channel = IoThreads.call(() -> FileChannel.open(
                    path,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    LinkOption.NOFOLLOW_LINKS));
            if (key.isEmpty()) {
                Files.setAttribute(path, "unix:mode", fileMode);
            }
            List<FileLock> held = new ArrayList<>();
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(new FutureTask<>(Executors.callable(new Thread(), List.of(channel, held)))));
            LockFile file = new LockFile(channel, held);
            OPEN.put(key(path).orElseThrow(() -> new NoSuchFileException(path.toString())), file);
            return file;
        }
    }

    private static Optional<Object> key(Path path) throws IOException {
        try {
            return Optional.of(Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS)
                    + ":"
                    + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Locks a range for this process alone; empty if any process or class loader holds part of it.
    public Optional<Held> tryLock(long position, long length) throws IOException {
        return tryLock(position, length, false);
    }

    /// Whether somebody holds an exclusive lock in the range. Probing takes a *shared* lock for a moment,
    /// so that two who probe do not take each other for a holder.
    public boolean isLocked(long position, long length) throws IOException {
        Optional<Held> probe = tryLock(position, length, true);
        if (probe.isEmpty()) {
            return true;
        }
        probe.get().close();
        return false;
    }

    private Optional<Held> tryLock(long position, long length, boolean shared) throws IOException {
        try {
            FileLock lock = IoThreads.call(() -> channel.tryLock(position, length, shared));
            if (lock == null) {
                return Optional.empty();
            }
            synchronized (held) {
                held.add(lock);
            }
            return Optional.of(new Held(lock));
        } catch (OverlappingFileLockException e) {
            // Another incarnation in this JVM, perhaps of another class loader, or another prober.
            return Optional.empty();
        }
    }
}
