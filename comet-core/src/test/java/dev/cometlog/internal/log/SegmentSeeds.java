package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.format.Varint;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Seeds of frames, segments, index files and state pages.
public final class SegmentSeeds {
    private static final ShardId ID = ShardId.of("events:v1", 0, 1);
    private static final int FUZZ_CODEC = FrameDescriptor.codecFlag(2);

    private SegmentSeeds() {}

    public static Map<String, byte[]> all() {
        Map<String, byte[]> seeds = new TreeMap<>();
        byte[] frames = frames(true);
        seeds.put("frame/raw", flagged(0, frames));
        seeds.put("frame/mended", flagged(FrameFuzz.MENDED, frames));
        seeds.put("frame/just-too-long", flagged(FrameFuzz.MENDED, tooLong(frames(false))));
        seeds.put("frame/many-too-many", flagged(FrameFuzz.MENDED, many(200, 1, 'a')));
        seeds.put("frame/entry-too-long", flagged(FrameFuzz.MENDED, many(1, 127, 'a')));
        seeds.put("frame/claims-much", flagged(FrameFuzz.MENDED, claim((1 << 27) - 1)));
        seeds.put("frame/claims-too-much", flagged(FrameFuzz.MENDED, claim(1 << 27)));
        seeds.put("segment/two", segment(0, 0, 9, 12, frames(true), frames(false)));
        seeds.put("segment/two-mended", segment(SegmentFuzz.MENDED, 0, 9, 12, frames(true), frames(false)));
        seeds.put("segment/two-after-reboot", segment(SegmentFuzz.MENDED, 1, 9, 12, frames(true), frames(false)));
        seeds.put("segment/torn", segment(SegmentFuzz.MENDED, 0, 9, 12, frames(false), new byte[0]));
        int alone = SegmentFuzz.MENDED | SegmentFuzz.FIRST_ALONE;
        seeds.put("segment/alone", segment(alone, 1, 0, 9, frames(false), new byte[0]));
        SegmentBuilder whole = new SegmentBuilder(ID, 200, 0, 0, HandmadeShard.TIME).lone("x", 1);
        int raw = alone | SegmentFuzz.RAW_HEADER;
        seeds.put("segment/raw-header", segment(raw, 0, 0, 1, whole.bytes, new byte[0]));
        seeds.put("index/whole", flagged(0, IndexFuzz.segment(ID).index));
        seeds.put("index/forged", flagged(IndexFuzz.FORGED, IndexFuzz.segment(ID).index));
        seeds.put("index/empty", new byte[1]);
        for (int word : new int[] {0, 8, 9, 16, 24, 32, 33, 35, 36, 37, 38, 39, 40, 48, 49, 50, 52, 64, 192}) {
            seeds.put("state/word-" + word, patch(StatePageFuzz.MENDED, word, 21));
            seeds.put("state/word-" + word + "-huge", patch(0, word, Long.MAX_VALUE - 3));
        }
        Checkpoint checkpoint = new Checkpoint(7, 25, 300, 20, 30, 2);
        seeds.put("state/checkpoint", checkpoint(StatePageFuzz.AFTER_REBOOT | StatePageFuzz.MENDED, checkpoint));
        return seeds;
    }

    /// Nine offsets.
    private static byte[] frames(boolean sealed) {
        SegmentBuilder builder = new SegmentBuilder(ID, 1024, 0, 0, HandmadeShard.TIME)
                .lone("first", 1)
                .many(0, 2, "a", "", "b")
                .frame(FUZZ_CODEC, new byte[] {20, 'x', 'y'}, 3, 1)
                .frame(FrameDescriptor.MORE_FOLLOWS, new byte[] {1, 2}, 4, 1)
                .many(0, 4, "c", "d")
                .lone("last", 5);
        if (sealed) {
            builder.seal();
        }
        return Arrays.copyOfRange(builder.bytes, SegmentHeader.LENGTH, builder.position());
    }

    private static byte[] tooLong(byte[] frames) {
        int last = frames.length - 4 - FrameDescriptor.HEADER_LENGTH;
        LittleEndian.putInt(frames, last, LittleEndian.getInt(frames, last) + 1);
        return frames;
    }

    private static byte[] many(int count, int length, char content) {
        byte[] body = {(byte) (count | 0x80), (byte) (count >> 7), (byte) length, (byte) content};
        return Arrays.copyOfRange(
                new SegmentBuilder(ID, 128, 0, 0, 0).frame(FrameDescriptor.MANY, body, 0, 1).bytes,
                SegmentHeader.LENGTH,
                SegmentHeader.LENGTH + FrameDescriptor.HEADER_LENGTH + body.length);
    }

    private static byte[] claim(int length) {
        byte[] body = new byte[Varint.MAX_LENGTH + 1];
        body[Varint.put(body, 0, length)] = 'x';
        return Arrays.copyOfRange(
                new SegmentBuilder(ID, 128, 0, 0, 0).frame(FUZZ_CODEC, body, 0, 1).bytes,
                SegmentHeader.LENGTH,
                SegmentHeader.LENGTH + FrameDescriptor.HEADER_LENGTH + body.length);
    }

    private static byte[] flagged(int flags, byte[] rest) {
        byte[] input = new byte[1 + rest.length];
        input[0] = (byte) flags;
        System.arraycopy(rest, 0, input, 1, rest.length);
        return input;
    }

    private static byte[] segment(int flags, int boot, int secondBase, int end, byte[] first, byte[] second) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(flags);
        input.write(boot);
        for (int field : new int[] {Math.max(0, secondBase - 1), end, first.length}) {
            input.write(field);
            input.write(field >> 8);
        }
        input.writeBytes(first);
        input.writeBytes(second);
        return input.toByteArray();
    }

    private static byte[] patch(int flags, int word, long value) {
        byte[] input = new byte[1 + StatePageFuzz.PATCH];
        input[0] = (byte) flags;
        input[1] = (byte) word;
        input[2] = (byte) (word >> 8);
        LittleEndian.putLong(input, 3, value);
        return input;
    }

    private static byte[] checkpoint(int flags, Checkpoint checkpoint) {
        byte[] slot = Arrays.copyOf(checkpoint.encode(), 56);
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(flags);
        for (int word = 0; word < slot.length / Long.BYTES; word++) {
            // The slot of odd sequences, at byte 1024.
            input.write(128 + word);
            input.write(0);
            input.write(slot, word * Long.BYTES, Long.BYTES);
        }
        return input.toByteArray();
    }
}
