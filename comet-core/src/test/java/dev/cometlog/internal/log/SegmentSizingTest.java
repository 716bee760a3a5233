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
        assertThat(sizing.afterFull(MIB, 0)).isEqualTo(2 * MIB);
    }

    @Test
    void aSegmentThatFilledUpFastIsFollowedByOneThatHoldsAQuarterOfASecond() {
        assertThat(sizing.afterFull(MIB, 40 * MIB)).isEqualTo(10 * MIB);
        assertThat(sizing.afterFull(8 * MIB, 40 * MIB)).isEqualTo(16 * MIB);
    }

    @Test
    void aBurstDoesNotMakeASmallSegmentTheLargestAtOnce() {
        assertThat(sizing.afterFull(256 * KIB, Long.MAX_VALUE)).isEqualTo(4 * MIB);
    }

    @Test
    void noSegmentGrowsBeyondTheSetting() {
        assertThat(sizing.afterFull(64 * MIB, 0)).isEqualTo(64 * MIB);
        assertThat(sizing.afterFull(64 * MIB, Long.MAX_VALUE)).isEqualTo(64 * MIB);
        assertThat(new SegmentSizing(Integer.MAX_VALUE & ~4095).afterFull(1 << 30, Long.MAX_VALUE))
                .isPositive();
    }

    @Test
    void aQuietShardHasItsNextSegmentPreparedWhenThisOneIsHalfFull() {
        assertThat(SegmentSizing.prepareAt(64 * MIB, 0, 64 * MIB)).isEqualTo(32 * MIB);
        assertThat(SegmentSizing.prepareAt(64 * MIB, 20 * MIB, 64 * MIB)).isEqualTo(32 * MIB);
    }

    @Test
    void theFasterAShardTheEarlierItsNextSegmentIsPrepared() {
        int fast = SegmentSizing.prepareAt(64 * MIB, 300L * MIB, 64 * MIB);
        assertThat(fast).isBetween(1, 32 * MIB - 1);
        assertThat(SegmentSizing.prepareAt(64 * MIB, 2048L * MIB, 64 * MIB)).isZero();
        assertThat(SegmentSizing.prepareAt(64 * MIB, Long.MAX_VALUE, 64 * MIB)).isZero();
    }

    @Test
    void aRateIsThatOfASecond() {
        assertThat(SegmentSizing.rate(MIB, 250_000)).isEqualTo(4 * MIB);
        assertThat(SegmentSizing.rate(MIB, 0)).isEqualTo(MIB * 1_000_000L);
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
