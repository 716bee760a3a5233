package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.NotRegularFileException;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Files that are nothing but memory: a hundred times as fast to make, map and throw away as those of a real file
/// system, which is what counts where every run makes a few dozen of them.
///
/// Only the locks of `processes.lock` need a real file; it lies in a real directory of the same path.
final class MemoryDisk implements Storage {
    private static final long DISK_BYTES = 1L << 40;

    private final Map<Path, Object> nodes = new HashMap<>();
    private final TimeSource time;

    /// A directory, by its children's names.
    private static final class Directory {
        private final TreeMap<String, Path> children = new TreeMap<>();

        Directory copy() {
            Directory copy = new Directory();
            copy.children.putAll(children);
            return copy;
        }
    }

    /// A file's bytes, which every mapping shares.
    private static final class Content {
        private MemorySegment memory = MemorySegment.ofArray(new long[0]);
        private long size;
        private long modifiedMillis;

        Content copy() {
            Content copy = new Content();
            copy.memory = MemorySegment.ofArray(memory.toArray(ValueLayout.JAVA_LONG));
            copy.size = size;
            copy.modifiedMillis = modifiedMillis;
            return copy;
        }

        void grow(long to) {
            if (to <= size) {
                return;
            }
            if (to > memory.byteSize()) {
                // Who has it mapped sees what it was: a recovery that makes a file longer maps it anew.
                MemorySegment larger =
                        MemorySegment.ofArray(new long[Math.toIntExact((to + Long.BYTES - 1) / Long.BYTES)]);
                larger.copyFrom(memory);
                memory = larger;
            }
            size = to;
        }
    }

    /// An empty disk on which `root` is a directory.
    MemoryDisk(Path root, TimeSource time) {
        this(time);
        nodes.put(root, new Directory());
    }

    private MemoryDisk(TimeSource time) {
        this.time = time;
    }

    /// A disk that holds what another one holds now.
    MemoryDisk copy() {
        synchronized (this) {
            MemoryDisk copy = new MemoryDisk(time);
            nodes.forEach((path, node) -> copy.nodes.put(
                    path,
                    switch (node) {
                        case Directory directory -> directory.copy();
                        case Content content -> content.copy();
                        default -> throw new AssertionError(node);
                    }));
            return copy;
        }
    }

    /// The files, each with its bytes.
    synchronized Map<Path, byte[]> files() {
        Map<Path, byte[]> files = new TreeMap<>();
        nodes.forEach((path, node) -> {
            if (node instanceof Content content) {
                files.put(path, content.memory.asSlice(0, content.size).toArray(ValueLayout.JAVA_BYTE));
            }
        });
        return files;
    }

    /// A copy of the bytes of one.
    synchronized byte[] bytes(Path path) {
        if (nodes.get(path) instanceof Content content) {
            return content.memory.asSlice(0, content.size).toArray(ValueLayout.JAVA_BYTE);
        }
        throw new AssertionError("no such file: " + path);
    }

    /// Takes a file away.
    synchronized void take(Path path) {
        try {
            Object _ = remove(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts other bytes into a file, which is made if there is none.
    synchronized void put(Path path, byte[] bytes) {
        Content content = new Content();
        content.memory = MemorySegment.ofArray(new long[(bytes.length + Long.BYTES - 1) / Long.BYTES]);
        MemorySegment.copy(bytes, 0, content.memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        content.size = bytes.length;
        try {
            if (nodes.containsKey(path)) {
                Object _ = remove(path);
            }
            add(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized FileKind kind(Path path) {
        return switch (nodes.get(path)) {
            case null -> FileKind.ABSENT;
            case Directory _ -> FileKind.DIRECTORY;
            default -> FileKind.REGULAR;
        };
    }

    private Directory directory(Path path) throws IOException {
        if (nodes.get(path) instanceof Directory directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }

    private void add(Path path, Object node) throws IOException {
        Directory parent = directory(path.getParent());
        if (nodes.containsKey(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        parent.children.put(path.getFileName().toString(), path);
        nodes.put(path, node);
    }

    private Object remove(Path path) throws IOException {
        Object node = nodes.remove(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        directory(path.getParent()).children.remove(path.getFileName().toString());
        return node;
    }

    @Override
    public synchronized void createDirectory(Path path) throws IOException {
        add(path, new Directory());
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        return List.copyOf(directory(directory).children.keySet());
    }

    @Override
    public synchronized StorageFile open(Path path, Access access) throws IOException {
        if (access == Access.CREATE) {
            Content content = new Content();
            content.modifiedMillis = time.epochMicros() / 1000;
            add(path, content);
        }
        return switch (nodes.get(path)) {
            case null -> throw new NoSuchFileException(path.toString());
            case Content content -> new MemoryFile(path, content);
            default -> throw new NotRegularFileException(path);
        };
    }

    @Override
    public synchronized void link(Path existing, Path name) throws IOException {
        Object node = nodes.get(existing);
        if (node == null) {
            throw new NoSuchFileException(existing.toString());
        }
        add(name, node);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Object node = remove(from);
        if (nodes.containsKey(to)) {
            Object _ = remove(to);
        }
        add(to, node);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        if (nodes.get(path) instanceof Directory directory && !directory.children.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        Object _ = remove(path);
    }

    @Override
    public void forceDirectory(Path directory) {
        // Memory: who wants something to be lost puts a layer over this.
    }

    @Override
    public long usableBytes(Path path) {
        return DISK_BYTES;
    }

    @Override
    public long totalBytes(Path path) {
        return DISK_BYTES;
    }

    @Override
    public String filesystemType(Path path) {
        return "ext4";
    }

    @Override
    public long fileId(Path path) {
        // Of the name, so that a disk which is copied holds the same files and not copies of them.
        return path.hashCode() | 1L << 32;
    }

    @Override
    public synchronized long modifiedMillis(Path path) {
        return nodes.get(path) instanceof Content content ? content.modifiedMillis : 0;
    }

    private final class MemoryFile implements StorageFile {
        private final Path path;
        private final Content content;

        MemoryFile(Path path, Content content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return content.size;
            }
        }

        @Override
        public int read(long position, byte[] into, int from, int length) {
            synchronized (MemoryDisk.this) {
                int there = Math.clamp(content.size - position, 0, length);
                MemorySegment.copy(content.memory, ValueLayout.JAVA_BYTE, position, into, from, there);
                return there;
            }
        }

        @Override
        public void write(long position, byte[] bytes, int from, int length) {
            synchronized (MemoryDisk.this) {
                content.grow(position + length);
                content.modifiedMillis = time.epochMicros() / 1000;
                MemorySegment.copy(bytes, from, content.memory, ValueLayout.JAVA_BYTE, position, length);
            }
        }

        @Override
        public void force() {
            // See forceDirectory.
        }

        @Override
        public MappedFile map(long length, boolean writable) throws IOException {
            synchronized (MemoryDisk.this) {
                if (content.size < length) {
                    throw new IOException(path + " has " + content.size + " bytes, " + length + " were expected");
                }
                MemorySegment memory = content.memory.asSlice(0, length);
                return new MappedFile(writable ? memory : memory.asReadOnly(), new Unmapped());
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    /// Memory that the garbage collector looks after.
    private record Unmapped() implements Arena {
        @Override
        public MemorySegment allocate(long bytes, long alignment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MemorySegment.Scope scope() {
            return Arena.global().scope();
        }

        @Override
        public void close() {
            // Whoever still has it keeps it.
        }
    }
}
