package dev.cometlog.internal.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Plain little-endian access at any alignment, to heap arrays and to mapped memory.
public final class LittleEndian {
    private static final VarHandle ARRAY_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    public static int getInt(byte[] bytes, int at) {
        return (int) ARRAY_INT.get(bytes, at);
    }

    public static void putInt(byte[] bytes, int at, int value) {
        ARRAY_INT.set(bytes, at, value);
    }

    public static long getLong(byte[] bytes, int at) {
        return (long) ARRAY_LONG.get(bytes, at);
    }

    public static void putLong(byte[] bytes, int at, long value) {
        ARRAY_LONG.set(bytes, at, value);
    }

    public static int getInt(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    public static void putInt(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    public static long getLong(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    public static void putLong(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }
}
