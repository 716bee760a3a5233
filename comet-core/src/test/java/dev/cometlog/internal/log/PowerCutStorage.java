package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Files that forget, at a power cut, what was not forced.
///
/// The files and mappings are those of another storage, real ones or in memory; beside them this keeps what of each
/// file and of each directory was durable at its last force. [#cut] makes a new tree in which every sector that was
/// not forced is taken at random from then or from now, and every entry that was made, renamed or deleted since then
/// is kept or undone at random. Names belong to directories, content to files: forcing one says nothing of the
/// other.
///
/// Stricter than most file systems, and meant to be: a rename between two directories may be kept in one of
/// them alone, and forcing a new file does not make its name durable.
final class PowerCutStorage implements Storage, AutoCloseable {
    /// Thrown by the call at which the power went. An error, so that nothing in the product handles it.
    static final class PowerCut extends Error {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power was cut", null, false, false);
        }
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final Storage disk;
    private final Path root;
    /// The places in the product whose forces do nothing, as [ForcePlace] names them.
    private final Set<String> liesAt;

    /// The places that forced anything.
    private final Set<String> forcedAt = new TreeSet<>();

    private final Map<Path, RememberedDirectory> directories = new LinkedHashMap<>();
    private final List<MappedFile> mappings = new ArrayList<>();
    private final List<Closeable> opened = new ArrayList<>();

    private Device device = path -> true;
    private long calls;
    private long cutAtCall = NEVER;
    private Runnable onCut = () -> {};
    private boolean dead;
    private @Nullable Path lastRename;

    /// Takes what is below `root` for durable.
    PowerCutStorage(Storage disk, Path root, Set<String> liesAt) throws IOException {
        this.disk = disk;
        this.root = root;
        this.liesAt = liesAt;
        adopt(root);
    }

    private RememberedDirectory adopt(Path path) throws IOException {
        RememberedDirectory directory = new RememberedDirectory();
        directories.put(path, directory);
        for (String name : disk.list(path)) {
            Path child = path.resolve(name);
            if (name.equals(Incarnations.LOCK_FILE)) {
                // Closing a second channel of it would drop every lock of this process.
                continue;
            }
            if (disk.kind(child) == FileKind.DIRECTORY) {
                directory.put(name, adopt(child));
            } else {
                RememberedFile file = remember(child);
                file.force();
                directory.put(name, file);
            }
        }
        directory.force();
        return directory;
    }

    private RememberedFile remember(Path path) throws IOException {
        RememberedFile file = new RememberedFile(disk.open(path, Access.READ));
        opened.add(file);
        return file;
    }

    /// Cuts the power before the n-th call from now: `action` runs, then this call and all later ones fail with
    /// [PowerCut].
    synchronized void cutAtCall(long n, Runnable action) {
        cutAtCall = calls + n;
        onCut = action;
    }

    /// Ends everything right behind the rename to `path`.
    synchronized void cutBehindRename(Path path) {
        lastRename = path;
    }

    /// Lets calls through again, if only those with which everything is let go of.
    synchronized void dontCut() {
        cutAtCall = NEVER;
    }

    private void call() {
        calls++;
        if (calls > cutAtCall && dead) {
            throw new PowerCut();
        }
        if (calls > cutAtCall) {
            dead = true;
            onCut.run();
            throw new PowerCut();
        }
    }

    /// Makes what survives a cut at this moment, in a directory that is empty or does not exist.
    synchronized void cut(Random random, Storage target, Path into) throws IOException {
        dead = true;
        int sector = random.nextBoolean() ? 512 : 4096;
        directory(root).cut(random, sector, target, into);
    }

    /// What becomes of what is forced.
    interface Device {
        /// Whether the device takes it.
        ///
        /// @throws IOException if it does not, and says so
        boolean takes(Path path) throws IOException;
    }

    /// Asks `replacement` before each force of a file.
    synchronized void device(Device replacement) {
        device = replacement;
    }

    /// Lets some of what is not forced reach the disk anyway, as the kernel does in its own time.
    synchronized void writeBack(Random random) throws IOException {
        for (RememberedDirectory directory : directories.values()) {
            directory.writeBack(random);
        }
    }

    private RememberedDirectory directory(Path path) {
        RememberedDirectory directory = directories.get(path);
        if (directory == null) {
            throw new AssertionError("not a directory that was made here: " + path);
        }
        return directory;
    }

    private RememberedDirectory parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new AssertionError(path);
        }
        return directory(parent);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private boolean isRemembered(Path path) {
        return path.startsWith(root) && !dead;
    }

    @Override
    public FileKind kind(Path path) throws IOException {
        return disk.kind(path);
    }

    @Override
    public synchronized void createDirectory(Path path) throws IOException {
        call();
        disk.createDirectory(path);
        if (isRemembered(path)) {
            RememberedDirectory made = new RememberedDirectory();
            directories.put(path, made);
            parent(path).put(name(path), made);
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public synchronized StorageFile open(Path path, Access access) throws IOException {
        if (access == Access.CREATE) {
            call();
        }
        StorageFile file = disk.open(path, access);
        if (!isRemembered(path)) {
            return file;
        }
        if (access == Access.CREATE) {
            parent(path).put(name(path), remember(path));
        }
        if (!(parent(path).get(name(path)) instanceof RememberedFile remembered)) {
            throw new AssertionError("not a file that was made here: " + path);
        }
        opened.add(file);
        return new ForgetfulFile(file, remembered);
    }

    /// The places in the product, as [ForcePlace] names them, that asked for something to be forced so far.
    synchronized Set<String> forcedAt() {
        return Set.copyOf(forcedAt);
    }

    private boolean isHonest() {
        String place = ForcePlace.current();
        forcedAt.add(place);
        return !liesAt.contains(place);
    }

    @Override
    public synchronized void link(Path existing, Path name) throws IOException {
        call();
        disk.link(existing, name);
        if (isRemembered(name)) {
            parent(name).put(name(name), parent(existing).get(name(existing)));
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        call();
        disk.rename(from, to);
        if (isRemembered(to)) {
            Remembered moved = parent(from).get(name(from));
            if (parent(from) == parent(to)) {
                parent(to).rename(name(from), name(to));
            } else {
                parent(from).remove(name(from));
                parent(to).put(name(to), moved);
            }
        }
        if (to.equals(lastRename)) {
            cutAtCall = calls;
            dead = true;
            throw new PowerCut();
        }
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        call();
        disk.delete(path);
        if (isRemembered(path)) {
            parent(path).remove(name(path));
        }
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        call();
        if (isRemembered(directory) && isHonest()) {
            directory(directory).force();
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return disk.usableBytes(path);
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return disk.totalBytes(path);
    }

    @Override
    public String filesystemType(Path path) throws IOException {
        return disk.filesystemType(path);
    }

    /// None: a cut makes files anew.
    @Override
    public long fileId(Path path) {
        return 0;
    }

    @Override
    public long modifiedMillis(Path path) throws IOException {
        return disk.modifiedMillis(path);
    }

    /// Ends everything that a process which lost its power had open.
    @Override
    public synchronized void close() throws IOException {
        dead = true;
        mappings.forEach(MappedFile::close);
        for (Closeable file : opened) {
            file.close();
        }
    }

    static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            try (var children = Files.list(path)) {
                for (Path child : children.toList()) {
                    deleteTree(child);
                }
            }
        }
        Files.delete(path);
    }

    /// An open file whose forces are remembered.
    private final class ForgetfulFile implements StorageFile {
        private final StorageFile file;
        private final RememberedFile remembered;

        ForgetfulFile(StorageFile file, RememberedFile remembered) {
            this.file = file;
            this.remembered = remembered;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(long position, byte[] into, int from, int length) throws IOException {
            return file.read(position, into, from, length);
        }

        @Override
        public void write(long position, byte[] bytes, int from, int length) throws IOException {
            synchronized (PowerCutStorage.this) {
                call();
                file.write(position, bytes, from, length);
                remembered.written(position, length);
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (PowerCutStorage.this) {
                call();
                try {
                    if (!device.takes(path())) {
                        remembered.forceFailed();
                    }
                } catch (IOException e) {
                    remembered.forceFailed();
                    throw e;
                }
                if (!dead && isHonest()) {
                    remembered.force();
                }
            }
        }

        @Override
        public void makeDirty(MappedFile mapped) {
            synchronized (PowerCutStorage.this) {
                file.makeDirty(mapped);
                remembered.written(0, Math.toIntExact(mapped.memory().byteSize()));
            }
        }

        @Override
        public MappedFile map(long length, boolean writable) throws IOException {
            MappedFile mapped = file.map(length, writable);
            synchronized (PowerCutStorage.this) {
                mappings.add(mapped);
            }
            return mapped;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
