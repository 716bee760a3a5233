package dev.cometlog.internal.log;

import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// An index file with whatever stands in it beside an intact segment: reading must find what it finds without.
///
/// The input replaces the index from its first byte on. With [#FORGED] in the first byte of the input every slot gets
/// the check that it should have, and is believed: then reading only has to come to its end.
public final class IndexFuzz implements FuzzTarget {
    static final int FORGED = 1;
    static final int ENTRIES = 120;
    private static final int CHECK_FIELD = 12;

    private final FuzzedShard shard;
    private final SegmentBuilder segment;
    private final byte[] page;
    private final List<String> truth;

    public IndexFuzz(Path scratch) throws IOException {
        shard = new FuzzedShard(scratch);
        segment = segment(shard.id);
        page = shard.page();
        LittleEndian.putLong(page, 192, segment.end());
        LittleEndian.putLong(page, 256, segment.position());
        LittleEndian.putLong(page, 288, 1);
        truth = tell(segment.index);
    }

    static SegmentBuilder segment(ShardId id) {
        SegmentBuilder segment = new SegmentBuilder(id, 32 << 10, 0, 0, HandmadeShard.TIME);
        for (int i = 0; i < ENTRIES; i++) {
            if (i % 5 == 4) {
                segment.many(0, 10 * i, i + "a", i + "b".repeat(100));
            } else {
                segment.lone(i + "x".repeat(180), 10 * i);
            }
        }
        return segment.seal();
    }

    private List<String> tell(byte[] index) {
        shard.clear();
        shard.storage.put(shard.paths.segment(0), segment.bytes);
        shard.storage.put(shard.paths.index(0), index);
        return shard.readAll(FuzzedShard.state(page));
    }

    @Override
    public void decode(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] index = new byte[segment.index.length];
        System.arraycopy(input, 1, index, 0, Math.min(index.length, input.length - 1));
        boolean forged = (input[0] & FORGED) != 0;
        if (forged) {
            mend(index);
        }
        List<String> told = tell(index);
        if (!forged && !told.equals(truth)) {
            throw new AssertionError("with this index a reader finds " + told);
        }
        ask(index);
    }

    private void mend(byte[] index) {
        MemorySegment slots = MemorySegment.ofArray(index);
        for (int slot = 0; slot < index.length / IndexDescriptor.SLOT_LENGTH; slot++) {
            if (LittleEndian.getInt(index, slot * IndexDescriptor.SLOT_LENGTH + CHECK_FIELD) != 0) {
                IndexDescriptor.write(
                        slots,
                        slot,
                        0x5eed_0000_1234_5678L,
                        IndexDescriptor.relativeOffset(slots, slot),
                        IndexDescriptor.position(slots, slot),
                        IndexDescriptor.timeDelta(slots, slot));
            }
        }
    }

    private void ask(byte[] bytes) {
        SegmentIndex index = new SegmentIndex(segment.bytes.length, 0x5eed_0000_1234_5678L);
        for (int slot = 0; slot < index.slotCount(); slot++) {
            int position = LittleEndian.getInt(bytes, slot * IndexDescriptor.SLOT_LENGTH + 4);
            if (position > 0 && IndexDescriptor.slotOf(position) == slot) {
                index.note(position, LittleEndian.getInt(bytes, slot * IndexDescriptor.SLOT_LENGTH), slot);
            }
        }
        for (int ask = 0; ask < ENTRIES; ask += 7) {
            int floor = index.floorOffset(ask, segment.bytes.length);
            if (floor >= 0 && index.relativeOffset(floor) > ask) {
                throw new AssertionError("slot " + floor + " is above offset " + ask);
            }
            int lower = index.lowerTime(ask, segment.bytes.length);
            if (lower >= 0 && index.timeDelta(lower) >= ask) {
                throw new AssertionError("slot " + lower + " is not before time " + ask);
            }
            int higher = index.higherPosition(ask * 100);
            if (higher >= 0 && index.position(higher) <= ask * 100) {
                throw new AssertionError("slot " + higher + " is not above position " + ask * 100);
            }
        }
        index.dropFrom(ENTRIES);
    }
}
