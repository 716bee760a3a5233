package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CheckpointTest {

    @Test
    void aSlotReadsAsWhatWasWrittenAndNoBitOfItCanChangeUnnoticed() {
        Checkpoint checkpoint = new Checkpoint(3, 100, 4096, 50, 1 << 30, 9);
        byte[] page = new byte[128];
        System.arraycopy(checkpoint.encode(), 0, page, 64, Checkpoint.LENGTH);
        MemorySegment memory = MemorySegment.ofArray(page);

        assertThat(Checkpoint.decode(memory, 64)).contains(checkpoint);
        for (int bit = 0; bit < Checkpoint.LENGTH * 8; bit++) {
            page[64 + bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Checkpoint.decode(memory, 64)).as("bit %d", bit).isEmpty();
            page[64 + bit / 8] ^= (byte) (1 << (bit % 8));
        }
    }

    @Test
    void zerosAreNoCheckpoint() {
        assertThat(Checkpoint.decode(MemorySegment.ofArray(new byte[64]), 0)).isEmpty();
    }

    @Test
    void reservingMoreIsTheNextCheckpointInSequence() {
        assertThat(Checkpoint.FIRST.withReservedEnd(500))
                .isEqualTo(new Checkpoint(2, 0, SegmentHeader.LENGTH, Checkpoint.NO_SEGMENT, 500, 0));
    }
}
