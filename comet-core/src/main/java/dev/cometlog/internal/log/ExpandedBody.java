package dev.cometlog.internal.log;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.spi.Codec;
import java.lang.foreign.MemorySegment;

/// The private buffer that a reader expands compressed bodies into, one at a time.
///
/// As large as the largest body so far, but what an entry of more than 1 MiB took is given back with the next
/// smaller body. Not thread-safe.
final class ExpandedBody {
    private static final int SMALLEST_BYTES = 4 << 10;
    private static final int RESTING_BYTES = 64 << 10;
    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private MemorySegment memory = MemorySegment.NULL;

    /// Expands compressed bytes; false if they do not expand to exactly `size` bytes.
    ///
    /// @param size bounded by the caller
    boolean expand(Codec codec, byte[] source, int from, int length, int size) {
        boolean tooLarge =
                bytes.length > FrameDescriptor.TARGET_BODY_LENGTH && size <= FrameDescriptor.TARGET_BODY_LENGTH;
        if (bytes.length < size || tooLarge) {
            boolean isLarge = size > FrameDescriptor.TARGET_BODY_LENGTH;
            bytes = new byte[isLarge ? size : Math.max(SMALLEST_BYTES, roundedUp(size))];
            memory = MemorySegment.ofArray(bytes).asReadOnly();
        }
        try {
            return codec.decompress(source, from, length, bytes, 0, size) == size;
        } catch (IllegalArgumentException e) {
            // The contract's way to say that the bytes are malformed.
            return false;
        }
    }

    private static int roundedUp(int size) {
        return size <= 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
    }

    /// The buffer, read-only; the body starts at 0.
    MemorySegment memory() {
        return memory;
    }

    /// Gives back what a reader that waits does not need.
    void rest() {
        if (bytes.length > RESTING_BYTES) {
            bytes = NONE;
            memory = MemorySegment.NULL;
        }
    }
}
