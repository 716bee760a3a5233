package dev.cometlog.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The memory that entries are lent from, looked up anew for each of them.
///
/// A segment that stays the same throughout a loop is poison there. The compiler moves the checks of its class in
/// front of the loop, and takes its guess from all that the JDK's accessors ever met in this JVM, mapped memory of
/// writers among it. For a reader's private copy the guess fails, the loop is thrown away and compiled anew with the
/// same guess, a hundred times over. What an opaque read gives cannot be moved.
///
/// Not thread-safe.
final class LentMemory {
    private static final VarHandle SEGMENT;

    static {
        try {
            SEGMENT = MethodHandles.lookup().findVarHandle(LentMemory.class, "segment", MemorySegment.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private MemorySegment segment = MemorySegment.NULL;

    MemorySegment get() {
        return (MemorySegment) SEGMENT.getOpaque(this);
    }

    void set(MemorySegment present) {
        segment = present;
    }
}
