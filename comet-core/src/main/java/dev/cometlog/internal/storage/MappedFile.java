package dev.cometlog.internal.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// A file's bytes in memory, until closed. Access after that throws `IllegalStateException`, never crashes.
public final class MappedFile implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final Arena arena;

    public MappedFile(MemorySegment memory, Arena arena) {
        this.memory = memory;
        this.arena = arena;
    }

    /// Memory of its own with the same bytes, for one who must not change the file.
    @SuppressWarnings("MustBeClosedChecker") // handed over to the new object, whose close ends it
    public MappedFile privateCopy() {
        Arena own = Arena.ofShared();
        MemorySegment copy = own.allocate(memory.byteSize(), Long.BYTES);
        copy.copyFrom(memory);
        return new MappedFile(copy, own);
    }

    public MemorySegment memory() {
        return memory;
    }

    /// Makes each page dirty and changes none, while others may write to them.
    public void makeDirty() {
        for (long at = 0; at < memory.byteSize(); at += PAGE) {
            var _ = (long) LONG.getAndAdd(memory, at, 0L);
        }
    }

    /// Ends the mapping. It takes a handshake with every thread: once per file, never per read.
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
