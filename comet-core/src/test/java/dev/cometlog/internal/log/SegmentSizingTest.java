package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SegmentSizingTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private final SegmentSizing sizing = new SegmentSizing(64 * MIB);

    @Test
    void aShardStartsSmall() {
        assertThat(sizing.first()).isEqualTo(256 * KIB);
    }

    @Test
    void aSegmentThatFilledUpIsFollowedByOneOfTwiceTheSize() {
        assertThat(sizing.afterFull(MIB)).isEqualTo(2 * MIB);
    }

    @Test
    void noSegmentGrowsBeyondTheSetting() {
        assertThat(sizing.afterFull(64 * MIB)).isEqualTo(64 * MIB);
        assertThat(new SegmentSizing(Integer.MAX_VALUE & ~4095).afterFull(1 << 30))
                .isPositive();
    }

    @Test
    void aSegmentThatGrewOldIsFollowedByOneOfHalfTheSize() {
        assertThat(sizing.afterAged(8 * MIB)).isEqualTo(4 * MIB);
        assertThat(sizing.afterAged(256 * KIB)).isEqualTo(256 * KIB);
    }

    @Test
    void anAppenderThatHasToMakeASegmentItselfMakesASmallOne() {
        assertThat(sizing.inline(64 * MIB)).isEqualTo(4 * MIB);
        assertThat(sizing.inline(0)).isEqualTo(256 * KIB);
    }

    @Test
    void aSegmentHoldsTheFramesItIsMadeForAndASeal() {
        int frames = 3 * MIB;
        assertThat(sizing.atLeast(256 * KIB, frames)).isGreaterThan(frames + 64 + 20 - 1);
        assertThat(sizing.atLeast(256 * KIB, frames) % 4096).isZero();
    }
}
