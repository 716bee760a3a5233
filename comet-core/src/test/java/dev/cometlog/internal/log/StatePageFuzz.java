package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;

/// A state page with whatever stands in it beside intact segments: opening it, appending and reading.
///
/// The input is flags and patches of ten bytes over a page that fits: the number of a word, and what it becomes.
public final class StatePageFuzz implements FuzzTarget {
    static final int AFTER_REBOOT = 1;
    static final int MENDED = 2;
    static final int PATCH = 2 + Long.BYTES;
    private static final int WORDS = ShardState.PAGE_BYTES / Long.BYTES;

    private final FuzzedShard shard;
    private final SegmentBuilder sealed;
    private final SegmentBuilder active;

    public StatePageFuzz(Path scratch) throws IOException {
        shard = new FuzzedShard(scratch);
        sealed = new SegmentBuilder(shard.id, 16 << 10, 0, 0, HandmadeShard.TIME);
        for (int i = 0; i < 20; i++) {
            sealed.lone("sealed " + i, i);
        }
        sealed.seal();
        active = new SegmentBuilder(shard.id, 16 << 10, sealed.end(), sealed.end(), HandmadeShard.TIME + 100);
        for (int i = 0; i < 20; i++) {
            active.lone("active " + i, i);
        }
    }

    @Override
    public void decode(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] page = page();
        for (int at = 1; at + PATCH <= input.length; at += PATCH) {
            int word = Short.toUnsignedInt((short) (input[at] | input[at + 1] << 8)) % WORDS;
            LittleEndian.putLong(page, word * Long.BYTES, LittleEndian.getLong(input, at + 2));
        }
        if ((input[0] & MENDED) != 0) {
            Checksums.mendPage(page);
        }
        shard.clear();
        put(sealed);
        put(active);
        shard.storage.put(shard.paths.state(), page);
        try {
            shard.recover((input[0] & AFTER_REBOOT) != 0);
        } catch (CometException _) {
            // Typed: what an open or an append may say.
        }
    }

    private void put(SegmentBuilder segment) {
        // The first fuzzed open may have wiped something in them.
        shard.storage.put(shard.paths.segment(segment.base), segment.bytes);
        shard.storage.put(shard.paths.index(segment.base), segment.index);
    }

    private byte[] page() {
        byte[] page = shard.page();
        LittleEndian.putLong(page, 192, active.end());
        LittleEndian.putLong(page, 256, active.position());
        LittleEndian.putLong(page, 264, active.position());
        LittleEndian.putLong(page, 272, HandmadeShard.TIME + 200);
        LittleEndian.putLong(page, 280, active.base);
        LittleEndian.putLong(page, 288, 2);
        LittleEndian.putLong(page, 296, active.end() + 1000);
        return page;
    }
}
