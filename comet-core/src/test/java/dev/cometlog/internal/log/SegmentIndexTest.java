package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.IndexDescriptor;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SegmentIndexTest {
    private static final int SLOTS = 64;

    @Test
    void anEmptyIndexKnowsNothing() {
        SegmentIndex index = new SegmentIndex(SLOTS << IndexDescriptor.BLOCK_SHIFT, 1);

        assertThat(index.floorOffset(10, Integer.MAX_VALUE)).isEqualTo(-1);
        assertThat(index.lowerTime(10, Integer.MAX_VALUE)).isEqualTo(-1);
        assertThat(index.higherPosition(0)).isEqualTo(-1);
    }

    @Test
    void bisectionFindsWhatALinearSearchFindsWhereverSlotsAreMissing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            SegmentIndex index = new SegmentIndex(SLOTS << IndexDescriptor.BLOCK_SHIFT, 1);
            TreeMap<Integer, int[]> slots = new TreeMap<>();
            int density = 1 + random.nextInt(8);
            for (int slot = 0; slot < SLOTS; slot++) {
                if (random.nextInt(8) < density) {
                    int position = (slot << IndexDescriptor.BLOCK_SHIFT) + 64 + random.nextInt(4000);
                    index.note(position, slot * 10L, slot / 3);
                    slots.put(slot, new int[] {slot * 10, position, slot / 3});
                }
            }
            int wanted = random.nextInt(SLOTS * 10);
            int time = random.nextInt(SLOTS / 3 + 2);
            int limit = random.nextInt(SLOTS << IndexDescriptor.BLOCK_SHIFT) + 1;
            int floor = -1;
            int lower = -1;
            for (var slot : slots.entrySet()) {
                int[] frame = slot.getValue();
                floor = frame[0] <= wanted && frame[1] < limit ? slot.getKey() : floor;
                lower = frame[2] < time && frame[1] < limit ? slot.getKey() : lower;
            }
            assertThat(index.floorOffset(wanted, limit)).as("seed %d", seed).isEqualTo(floor);
            assertThat(index.lowerTime(time, limit)).as("seed %d", seed).isEqualTo(lower);
        }
    }
}
