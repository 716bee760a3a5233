package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GroupDescriptorTest {

    @Test
    void anAckWordTellsItsOffsetAndAnyOtherWordNothing() {
        for (long offset : new long[] {0, 1, 4711, 1L << 40, GroupDescriptor.MAX_OFFSET}) {
            long word = GroupDescriptor.ackWord(offset);
            assertThat(word).isNotZero();
            assertThat(GroupDescriptor.acked(word)).hasValue(offset);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                assertThat(GroupDescriptor.acked(word ^ 1L << bit)).isEmpty();
            }
        }
        assertThat(GroupDescriptor.acked(0)).isEmpty();
    }

    @Test
    void anOffsetThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> GroupDescriptor.ackWord(-1)).hasMessageContaining("offset=-1");
        assertThatThrownBy(() -> GroupDescriptor.ackWord(1L << 48)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noTwoFieldsOverlap() {
        assertThat(GroupDescriptor.ackField(0)).isEqualTo(4096);
        assertThat(GroupDescriptor.kindField(GroupDescriptor.MEMBERS - 1) + Long.BYTES)
                .isEqualTo(4096);
        assertThat(GroupDescriptor.counterField(0, 4) + Long.BYTES).isEqualTo(GroupDescriptor.ackField(1));
        assertThat(GroupDescriptor.essentialLength(16)).isEqualTo(4096 + 16 * 64);
        assertThat(GroupDescriptor.historyField(16, 0, 0)).isEqualTo(GroupDescriptor.essentialLength(16));
        assertThat(GroupDescriptor.historyField(16, 15, 7) + Long.BYTES).isEqualTo(GroupDescriptor.length(16));
    }
}
