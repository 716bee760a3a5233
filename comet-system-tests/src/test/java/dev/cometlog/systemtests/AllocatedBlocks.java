package dev.cometlog.systemtests;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Samples every 10 ms what blocks the files and directories of a tree take, as `stat` tells, and keeps the most.
///
/// A walk is no snapshot: while it lasts, files are renamed, deleted and made. So each sample walks twice and
/// counts what both saw, by inode: all of that was there at one moment in between.
final class AllocatedBlocks implements AutoCloseable {
    private static final long INTERVAL_NANOS = 10_000_000;
    private static final long BLOCK = 512;
    private static final int STAT_BYTES = 256;

    // The same on x86-64 and aarch64.
    private static final long INODE_FIELD = 8;
    private static final long BLOCKS_FIELD = 64;

    @SuppressWarnings("restricted") // lstat, whose arguments are right
    private static final MethodHandle STAT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("lstat"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

    private final Path directory;
    private final AtomicLong most = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile String failure = "";

    AllocatedBlocks(Path directory) {
        this.directory = directory;
        this.thread = Thread.ofPlatform().daemon().name("allocated-blocks").start(this::run);
    }

    private void run() {
        try {
            while (!stopped) {
                long next = System.nanoTime() + INTERVAL_NANOS;
                long sample = bytes(directory);
                long _ = most.accumulateAndGet(sample, Math::max);
                long _ = samples.incrementAndGet();
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (IOException | RuntimeException e) {
            failure = e.toString();
        }
    }

    /// What the tree takes now, at least.
    static long bytes(Path directory) throws IOException {
        Map<Long, Long> first = walk(directory);
        long sum = 0;
        for (Map.Entry<Long, Long> file : walk(directory).entrySet()) {
            sum += Math.min(file.getValue(), first.getOrDefault(file.getKey(), 0L));
        }
        return sum;
    }

    /// Bytes by inode.
    private static Map<Long, Long> walk(Path directory) throws IOException {
        Map<Long, Long> found = new HashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STAT_BYTES, Long.BYTES);
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    return visitFile(path, attributes);
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                    if (isThere(path, stat)) {
                        found.put(
                                stat.get(ValueLayout.JAVA_LONG, INODE_FIELD),
                                stat.get(ValueLayout.JAVA_LONG, BLOCKS_FIELD) * BLOCK);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path path, IOException e) {
                    // Deleted since it was listed.
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return found;
    }

    private static boolean isThere(Path path, MemorySegment stat) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) STAT.invokeExact(arena.allocateFrom(path.toString()), stat) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    long most() {
        if (!failure.isEmpty()) {
            throw new AssertionError("the sampler ended early: " + failure);
        }
        return most.get();
    }

    long samples() {
        return samples.get();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
