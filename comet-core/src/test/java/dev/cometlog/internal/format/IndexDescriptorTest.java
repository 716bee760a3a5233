package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class IndexDescriptorTest {

    @Test
    void noBitOfASlotCanChangeUnnoticed() {
        byte[] bytes = new byte[IndexDescriptor.indexBytes(16 << 10)];
        MemorySegment index = MemorySegment.ofArray(bytes);
        assertThat(IndexDescriptor.isEmpty(index, 2)).isTrue();
        IndexDescriptor.write(index, 2, 99, 17, 8200, 3);

        assertThat(IndexDescriptor.isValid(index, 2, 99)).isTrue();
        assertThat(IndexDescriptor.isValid(index, 2, 98)).isFalse();
        assertThat(IndexDescriptor.isValid(index, 1, 99)).isFalse();
        for (int bit = 0; bit < IndexDescriptor.SLOT_LENGTH * 8; bit++) {
            int at = 2 * IndexDescriptor.SLOT_LENGTH + bit / 8;
            bytes[at] ^= (byte) (1 << (bit % 8));
            assertThat(IndexDescriptor.isValid(index, 2, 99)).as("bit %d", bit).isFalse();
            bytes[at] ^= (byte) (1 << (bit % 8));
        }
    }
}
