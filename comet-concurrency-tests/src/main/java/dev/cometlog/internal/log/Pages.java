package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.MappedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/// Pages of one mapped file, handed out in turn and zeroed: enough of them that no two states of a race that are in
/// flight share one.
public final class Pages {
    private static final int PAGE_BYTES = 8192;
    private static final int PAGES = 1 << 14;
    private static final MemorySegment FILE = map();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Pages() {}

    @SuppressWarnings("MustBeClosedChecker") // mapped until the JVM ends
    private static MemorySegment map() {
        try {
            Path path = Files.createTempFile("comet-races", ".pages");
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) PAGE_BYTES * PAGES, Arena.global());
            } finally {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A page of zeros; ending its mapping does nothing.
    public static MappedFile next() {
        return next(() -> {});
    }

    /// A page that tells when it is let go of.
    ///
    /// @param onClose run when the mapping is ended
    public static MappedFile next(Runnable onClose) {
        long page = NEXT.getAndIncrement() & (PAGES - 1);
        MemorySegment memory = FILE.asSlice(page * PAGE_BYTES, PAGE_BYTES);
        memory.fill((byte) 0);
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
            public void close() {
                onClose.run();
            }
        });
    }
}
