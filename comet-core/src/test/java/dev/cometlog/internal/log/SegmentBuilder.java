package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.format.Varint;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Builds the bytes of one segment and its index by the letter of the format, without the writer.
final class SegmentBuilder {
    final long base;
    final byte[] bytes;
    final byte[] index;

    /// Where each frame starts, the seal included.
    final List<Integer> framePositions = new ArrayList<>();

    /// The first offset of each frame in `framePositions`, and behind them the end.
    final List<Long> frameOffsets = new ArrayList<>();

    private final long nonce;
    private int position = SegmentHeader.LENGTH;
    private long offset;

    SegmentBuilder(ShardId id, int capacity, long base, long previousEnd, long baseTimestamp) {
        this.base = base;
        this.offset = base;
        this.nonce = 0x5eed_0000_1234_5678L + base;
        this.bytes = new byte[capacity];
        this.index = new byte[IndexDescriptor.indexBytes(capacity)];
        byte[] header = new SegmentHeader(
                        id.streamHash(), id.shard(), id.shardCount(), base, previousEnd, baseTimestamp, nonce, capacity)
                .encode();
        System.arraycopy(header, 0, bytes, 0, header.length);
    }

    SegmentBuilder lone(String payload, int timeDelta) {
        return lone(payload.getBytes(StandardCharsets.UTF_8), timeDelta);
    }

    SegmentBuilder lone(byte[] payload, int timeDelta) {
        return frame(payload.length, payload, timeDelta, 1);
    }

    SegmentBuilder many(int flags, int timeDelta, String... payloads) {
        return frame(FrameDescriptor.MANY | flags, manyBody(payloads), timeDelta, payloads.length);
    }

    static byte[] manyBody(String... payloads) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        varint(body, payloads.length);
        for (String payload : payloads) {
            byte[] entry = payload.getBytes(StandardCharsets.UTF_8);
            varint(body, entry.length);
            body.writeBytes(entry);
        }
        return body.toByteArray();
    }

    private static void varint(ByteArrayOutputStream body, int value) {
        byte[] text = new byte[Varint.MAX_LENGTH];
        body.write(text, 0, Varint.put(text, 0, value));
    }

    /// A frame of `count` entries with any flags and body.
    SegmentBuilder frame(int flags, byte[] body, int timeDelta, int count) {
        framePositions.add(position);
        frameOffsets.add(offset);
        MemorySegment slots = MemorySegment.ofArray(index);
        int slot = IndexDescriptor.slotOf(position);
        if (IndexDescriptor.isEmpty(slots, slot)) {
            IndexDescriptor.write(slots, slot, nonce, (int) (offset - base), position, timeDelta);
        }
        put((flags & ~FrameDescriptor.MAX_BODY_LENGTH) | body.length, body, timeDelta);
        offset += count;
        return this;
    }

    SegmentBuilder seal() {
        framePositions.add(position);
        frameOffsets.add(offset);
        byte[] body = new byte[FrameDescriptor.SEAL_BODY_LENGTH];
        LittleEndian.putLong(body, 0, offset);
        put(FrameDescriptor.SEAL_WORD, body, 0);
        return this;
    }

    private void put(int word, byte[] body, int timeDelta) {
        int crc = Crc.of(body, 0, body.length);
        LittleEndian.putInt(bytes, position + FrameDescriptor.LENGTH_FIELD, word);
        LittleEndian.putInt(bytes, position + FrameDescriptor.TIME_DELTA_FIELD, timeDelta);
        LittleEndian.putInt(
                bytes,
                position + FrameDescriptor.CRC_FIELD,
                FrameDescriptor.crcField(crc, nonce, position, word, timeDelta));
        System.arraycopy(body, 0, bytes, position + FrameDescriptor.HEADER_LENGTH, body.length);
        position += FrameDescriptor.HEADER_LENGTH + body.length;
    }

    int position() {
        return position;
    }

    long end() {
        return offset;
    }
}
