package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.nio.file.Path;

/// Two segment files with whatever stands in them: read as they are, recovered on the same boot and on another.
///
/// The input is eight bytes (flags, boot, base of the second, end offset, length of the first) and the two
/// segments' frames; without [#MENDED] the header of the first is in the input too.
public final class SegmentFuzz implements FuzzTarget {
    static final int MENDED = 1;
    static final int RAW_HEADER = 2;
    static final int FIRST_ALONE = 4;
    static final int FIELDS = 8;
    private static final int LEAST = SegmentHeader.LENGTH + 20;

    private final FuzzedShard shard;

    public SegmentFuzz(Path scratch) throws IOException {
        shard = new FuzzedShard(scratch);
    }

    @Override
    public void decode(byte[] input) {
        if (input.length < FIELDS) {
            return;
        }
        int flags = input[0];
        boolean afterReboot = (input[1] & 1) != 0;
        int secondBase = 1 + Short.toUnsignedInt((short) (input[2] | input[3] << 8));
        int end = Short.toUnsignedInt((short) (input[4] | input[5] << 8));
        int split = Math.min(Short.toUnsignedInt((short) (input[6] | input[7] << 8)), input.length - FIELDS);
        boolean alone = (flags & FIRST_ALONE) != 0;
        int firstEnd = alone ? input.length : FIELDS + split;
        shard.clear();
        put(0, 0, slice(input, FIELDS, firstEnd), flags);
        int written = firstEnd - FIELDS;
        if (!alone) {
            put(secondBase, secondBase, slice(input, firstEnd, input.length), flags & ~RAW_HEADER);
            written = input.length - firstEnd;
        }
        byte[] page = page(alone ? 0 : secondBase, end, SegmentHeader.LENGTH + written);
        shard.storage.put(shard.paths.state(), page);
        var _ = shard.readAll(FuzzedShard.state(page));
        try {
            shard.recover(afterReboot);
        } catch (CometException.Damaged | CometException.LogFull _) {
            // What an open or an append may say of a shard that it cannot go on with.
        }
    }

    private static byte[] slice(byte[] input, int from, int to) {
        byte[] slice = new byte[to - from];
        System.arraycopy(input, from, slice, 0, slice.length);
        return slice;
    }

    private void put(long base, long previousEnd, byte[] body, int flags) {
        boolean raw = (flags & RAW_HEADER) != 0;
        byte[] file = new byte[Math.max(LEAST, body.length + (raw ? 0 : SegmentHeader.LENGTH))];
        System.arraycopy(body, 0, file, raw ? 0 : SegmentHeader.LENGTH, body.length);
        long nonce = 0x5eed + base;
        if (!raw) {
            byte[] header = new SegmentHeader(
                            shard.id.streamHash(), 0, 1, base, previousEnd, HandmadeShard.TIME, nonce, file.length)
                    .encode();
            System.arraycopy(header, 0, file, 0, header.length);
        }
        if ((flags & MENDED) != 0) {
            Checksums.mendFrames(file, SegmentHeader.LENGTH, nonce);
        }
        shard.storage.put(shard.paths.segment(base), file);
        shard.storage.put(shard.paths.index(base), new byte[IndexDescriptor.indexBytes(file.length)]);
    }

    private byte[] page(long activeBase, long end, long writePosition) {
        byte[] page = shard.page();
        LittleEndian.putLong(page, 192, end);
        LittleEndian.putLong(page, 256, writePosition);
        LittleEndian.putLong(page, 264, writePosition);
        LittleEndian.putLong(page, 272, HandmadeShard.TIME);
        LittleEndian.putLong(page, 280, activeBase);
        LittleEndian.putLong(page, 288, 1);
        LittleEndian.putLong(page, 296, end + 1000);
        return page;
    }
}
