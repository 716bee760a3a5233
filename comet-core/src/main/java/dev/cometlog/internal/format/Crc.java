package dev.cometlog.internal.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

/// CRC32C of heap bytes. Mapped bytes are copied to the heap first: the JVM aborts when its CRC
/// intrinsic meets a bad page, while a copy only throws.
public final class Crc {
    private Crc() {}

    public static int of(byte[] bytes, int from, int length) {
        // Does not escape, so compiled code allocates nothing.
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /// CRC32C of part of any segment, through a private copy.
    public static int of(MemorySegment source, long from, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, copy, 0, length);
        return of(copy, 0, length);
    }
}
