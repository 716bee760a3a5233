package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameDescriptorTest {

    @Test
    void flagsAndLengthShareAWordWithoutTouchingEachOther() {
        int word = FrameDescriptor.MANY | FrameDescriptor.codecFlag(3) | FrameDescriptor.MAX_BODY_LENGTH;

        assertThat(FrameDescriptor.bodyLength(word)).isEqualTo(FrameDescriptor.MAX_BODY_LENGTH);
        assertThat(FrameDescriptor.frameLength(word)).isEqualTo(FrameDescriptor.MAX_BODY_LENGTH + 12);
        assertThat(FrameDescriptor.isMany(word)).isTrue();
        assertThat(FrameDescriptor.moreFollows(word)).isFalse();
        assertThat(FrameDescriptor.isSeal(word)).isFalse();
        assertThat(FrameDescriptor.codec(word)).isEqualTo(3);
    }

    @Test
    void theSealIsAFrameOfTwentyBytes() {
        assertThat(FrameDescriptor.isSeal(FrameDescriptor.SEAL_WORD)).isTrue();
        assertThat(FrameDescriptor.frameLength(FrameDescriptor.SEAL_WORD)).isEqualTo(FrameDescriptor.SEAL_LENGTH);
        assertThat(FrameDescriptor.SEAL_LENGTH).isEqualTo(20);
    }

    @Test
    void theCheckDependsOnSegmentPlaceLengthAndTime() {
        Set<Integer> checks = new HashSet<>();
        checks.add(FrameDescriptor.crcField(1, 2, 64, 5, 6));
        checks.add(FrameDescriptor.crcField(1, 2L << 40, 64, 5, 6));
        checks.add(FrameDescriptor.crcField(1, 2, 65, 5, 6));
        checks.add(FrameDescriptor.crcField(1, 2, 64, 4, 6));
        checks.add(FrameDescriptor.crcField(1, 2, 64, 5, 7));
        checks.add(FrameDescriptor.crcField(0, 2, 64, 5, 6));

        assertThat(checks).hasSize(6);
    }
}
