package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.Varint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Walks verified frames of one segment from a known place: what recovery, repair and the index rebuild share.
///
/// A frame counts only if its checksum holds and it lies below `limit`. Not thread-safe.
final class FrameWalker {
    private final Segment segment;
    private final int limit;
    private byte[] frame = new byte[4096];

    private int position;
    private long offset;
    private int word;
    private int timeDelta;
    private int count;
    private long sealedEnd;

    /// Whether the last frame that was passed is a seal: one that is torn does not count.
    private boolean atSeal;

    // Behind the last frame that ended a batch.
    private int batchPosition;
    private long batchOffset;
    private long batchTimeDelta = -1;

    FrameWalker(Segment segment, int position, long offset, int limit) {
        this.segment = segment;
        this.limit = Math.min(limit, segment.capacity());
        this.position = position;
        this.offset = offset;
        this.batchPosition = position;
        this.batchOffset = offset;
    }

    /// Moves behind the frame at the present place if it verifies.
    boolean next() {
        atSeal = false;
        if (!read()) {
            return false;
        }
        atSeal = FrameDescriptor.isSeal(word);
        position += FrameDescriptor.frameLength(word);
        offset += count;
        if (!FrameDescriptor.moreFollows(word)) {
            batchPosition = position;
            batchOffset = offset;
            if (!atSeal) {
                batchTimeDelta = timeDelta & 0xffff_ffffL;
            }
        }
        return true;
    }

    /// Reads the frame at the present place without moving; false if nothing there verifies.
    private boolean read() {
        if (position < 0 || position + FrameDescriptor.HEADER_LENGTH > limit) {
            return false;
        }
        MemorySegment memory = segment.memory();
        word = LittleEndian.getInt(memory, position + FrameDescriptor.LENGTH_FIELD);
        int length = FrameDescriptor.bodyLength(word);
        if (word == 0 || length == 0 || length > limit - position - FrameDescriptor.HEADER_LENGTH) {
            return false;
        }
        if (frame.length < length) {
            frame = new byte[Math.min(Integer.highestOneBit(length) * 2, FrameDescriptor.MAX_BODY_LENGTH)];
        }
        int crc = LittleEndian.getInt(memory, position + FrameDescriptor.CRC_FIELD);
        timeDelta = LittleEndian.getInt(memory, position + FrameDescriptor.TIME_DELTA_FIELD);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position + FrameDescriptor.HEADER_LENGTH, frame, 0, length);
        if (FrameDescriptor.crcField(Crc.of(frame, 0, length), segment.nonce(), position, word, timeDelta) != crc) {
            return false;
        }
        return interpret(length);
    }

    private boolean interpret(int length) {
        count = 1;
        if (FrameDescriptor.isSeal(word)) {
            count = 0;
            sealedEnd = LittleEndian.getLong(frame, 0);
            return length == FrameDescriptor.SEAL_BODY_LENGTH;
        }
        if (FrameDescriptor.isMany(word)) {
            // The count stands in front of the body, compressed or not.
            long decoded = Varint.get(frame, 0, length);
            count = decoded < 0 ? 0 : Varint.value(decoded);
            return count > 0;
        }
        return true;
    }

    /// Walks until `end` is reached, a seal is passed or a frame does not verify.
    void walkTo(long end) {
        while (offset < end && next()) {
            if (isAtSeal()) {
                return;
            }
        }
    }

    /// Walks to the last frame that verifies, or behind the seal.
    void walkToEnd() {
        walkTo(Long.MAX_VALUE);
    }

    /// Whether the last frame that was passed is the seal.
    boolean isAtSeal() {
        return atSeal;
    }

    long sealedEnd() {
        return sealedEnd;
    }

    int position() {
        return position;
    }

    long offset() {
        return offset;
    }

    /// Behind the last whole batch.
    int batchPosition() {
        return batchPosition;
    }

    long batchOffset() {
        return batchOffset;
    }

    /// Time of the last whole batch that was passed, in microseconds since 1970; `otherwise` if none was.
    long batchTimestamp(long otherwise) {
        return batchTimeDelta < 0 ? otherwise : segment.header().baseTimestamp() + batchTimeDelta;
    }

    int timeDelta() {
        return timeDelta;
    }
}
