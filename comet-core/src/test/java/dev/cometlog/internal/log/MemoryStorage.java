package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Files in the heap, so that a fuzzer can open a shard thousands of times a second. Nothing is ever durable.
///
/// A mapping is the file itself until it grows, which files of a log do only before they are mapped.
public final class MemoryStorage implements Storage {
    private static final long ENDLESS = 1L << 50;

    private final Map<Path, Content> files = new TreeMap<>();
    private final Set<Path> directories = new HashSet<>();

    /// A directory whose parents need not be there.
    public MemoryStorage(Path root) {
        directories.add(root);
    }

    /// Memory as a mapping that costs nothing to end.
    static MappedFile mapped(MemorySegment memory) {
        return new MappedFile(memory, new Arena() {
            @Override
            public MemorySegment allocate(long byteSize, long byteAlignment) {
                throw new UnsupportedOperationException("only what is mapped");
            }

            @Override
            public MemorySegment.Scope scope() {
                return Arena.global().scope();
            }

            @Override
            public void close() {}
        });
    }

    private static final class Content {
        /// A whole number of longs, since state words are accessed as such.
        private MemorySegment memory = MemorySegment.NULL;

        private long size;

        private synchronized MemorySegment bytes() {
            return memory.asSlice(0, size);
        }

        private synchronized void grow(long length) {
            if (length > memory.byteSize()) {
                MemorySegment larger = MemorySegment.ofArray(new long[Math.toIntExact((length + 7) / Long.BYTES)]);
                MemorySegment.copy(memory, 0, larger, 0, size);
                memory = larger;
            }
            size = Math.max(size, length);
        }
    }

    /// Puts a file there, whatever was.
    public synchronized void put(Path path, byte[] bytes) {
        Content content = new Content();
        content.grow(bytes.length);
        MemorySegment.copy(bytes, 0, content.bytes(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        files.put(path, content);
    }

    /// Removes a file, if it is there.
    public synchronized void remove(Path path) {
        files.remove(path);
    }

    /// Removes all that is below a directory.
    synchronized void clear(Path directory) {
        files.keySet().removeIf(path -> path.startsWith(directory));
        directories.removeIf(path -> path.startsWith(directory) && !path.equals(directory));
    }

    private synchronized Content content(Path path) throws NoSuchFileException {
        Content content = files.get(path);
        if (content == null) {
            throw new NoSuchFileException(path.toString());
        }
        return content;
    }

    @Override
    public synchronized FileKind kind(Path path) {
        if (directories.contains(path)) {
            return FileKind.DIRECTORY;
        }
        return files.containsKey(path) ? FileKind.REGULAR : FileKind.ABSENT;
    }

    @Override
    public synchronized void createDirectory(Path path) throws IOException {
        if (!directories.add(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        if (!directories.contains(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        Set<Path> all = new HashSet<>(files.keySet());
        all.addAll(directories);
        return all.stream()
                .filter(path -> directory.equals(path.getParent()))
                .map(path -> path.getFileName().toString())
                .sorted()
                .toList();
    }

    @Override
    public synchronized StorageFile open(Path path, Access access) throws IOException {
        if (access == Access.CREATE) {
            if (files.containsKey(path)) {
                throw new FileAlreadyExistsException(path.toString());
            }
            files.put(path, new Content());
        }
        return new OpenFile(path, content(path));
    }

    @Override
    public synchronized void link(Path existing, Path name) throws IOException {
        Content content = content(existing);
        if (files.putIfAbsent(name, content) != null) {
            throw new FileAlreadyExistsException(name.toString());
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Content content = content(from);
        files.remove(from);
        files.put(to, content);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        if (files.remove(path) == null && !directories.remove(path)) {
            throw new NoSuchFileException(path.toString());
        }
    }

    @Override
    public void forceDirectory(Path directory) {}

    @Override
    public long usableBytes(Path path) {
        return ENDLESS;
    }

    @Override
    public long totalBytes(Path path) {
        return ENDLESS;
    }

    @Override
    public String filesystemType(Path path) {
        return "ext4";
    }

    @Override
    public long fileId(Path path) {
        return 0;
    }

    @Override
    public long modifiedMillis(Path path) {
        return 0;
    }

    private record OpenFile(Path path, Content content) implements StorageFile {
        @Override
        public long size() {
            return content.bytes().byteSize();
        }

        @Override
        public int read(long position, byte[] into, int from, int length) {
            MemorySegment bytes = content.bytes();
            int there = Math.clamp(bytes.byteSize() - position, 0, length);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, into, from, there);
            return there;
        }

        @Override
        public void write(long position, byte[] bytes, int from, int length) {
            content.grow(position + length);
            MemorySegment.copy(bytes, from, content.bytes(), ValueLayout.JAVA_BYTE, position, length);
        }

        @Override
        public void force() {}

        @Override
        public MappedFile map(long length, boolean writable) throws IOException {
            MemorySegment bytes = content.bytes();
            if (bytes.byteSize() < length) {
                throw new IOException(path + " has " + bytes.byteSize() + " bytes, " + length + " were expected");
            }
            return mapped(bytes.asSlice(0, length));
        }

        @Override
        public void close() {}
    }
}
