package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
    private static final long HOUR = 3_600_000_000L;
    private static final long NOW = 1_000 * HOUR;

    private Duration maxAge = Duration.ofHours(4);
    private long maxShardBytes = 1 << 20;
    private int minSegments;
    private boolean protectUnconsumed = true;
    private Duration forceDeleteAfter = Duration.ZERO;
    private Duration idleGroupAfter = Duration.ZERO;

    private final List<SealedSegment> segments = List.of(
            new SealedSegment(0, 10, 10, 400_000, NOW - 6 * HOUR),
            new SealedSegment(10, 20, 20, 400_000, NOW - 5 * HOUR),
            new SealedSegment(20, 30, 30, 400_000, NOW - HOUR));

    private RetentionPolicy policy() {
        return new RetentionPolicy(
                maxAge, maxShardBytes, minSegments, protectUnconsumed, forceDeleteAfter, idleGroupAfter);
    }

    private int expired(long protectedFrom) {
        return policy().expired(segments, protectedFrom, NOW);
    }

    @Test
    void whatIsOlderThanMaxAgeGoes() {
        assertThat(expired(RetentionPolicy.UNPROTECTED)).isEqualTo(2);
        maxAge = Duration.ofMinutes(330);
        assertThat(expired(RetentionPolicy.UNPROTECTED)).isEqualTo(1);
    }

    @Test
    void ageSparesWhatAGroupHasNotRead() {
        assertThat(expired(10)).isEqualTo(1);
        assertThat(expired(9)).isZero();
    }

    @Test
    void forceDeleteAfterTakesEvenWhatIsUnread() {
        forceDeleteAfter = Duration.ofMinutes(330);
        assertThat(expired(0)).isEqualTo(1);
    }

    @Test
    void minSegmentsStayHoweverOld() {
        minSegments = 2;
        assertThat(expired(RetentionPolicy.UNPROTECTED)).isEqualTo(1);
        forceDeleteAfter = Duration.ofHours(4);
        assertThat(expired(0)).isEqualTo(1);
    }

    @Test
    void theSlowestGroupProtects() {
        assertThat(policy().protectedFrom(List.of(group(7, 0, false), group(3, 0, false)), NOW))
                .isEqualTo(3);
        assertThat(policy().protectedFrom(List.of(), NOW)).isEqualTo(RetentionPolicy.UNPROTECTED);
    }

    @Test
    void nothingIsProtectedUnlessProtectUnconsumed() {
        protectUnconsumed = false;
        assertThat(policy().protectedFrom(List.of(group(3, 0, true)), NOW)).isEqualTo(RetentionPolicy.UNPROTECTED);
    }

    @Test
    void aGroupIdleForLongProtectsNothingUnlessAMemberLives() {
        List<GroupAck> groups = List.of(group(3, 2 * HOUR, false));
        assertThat(policy().protectedFrom(groups, NOW)).isEqualTo(3);
        idleGroupAfter = Duration.ofHours(1);
        assertThat(policy().protectedFrom(groups, NOW)).isEqualTo(RetentionPolicy.UNPROTECTED);
        assertThat(policy().protectedFrom(List.of(group(3, 2 * HOUR, true)), NOW))
                .isEqualTo(3);
        idleGroupAfter = Duration.ofHours(3);
        assertThat(policy().protectedFrom(groups, NOW)).isEqualTo(3);
    }

    private static GroupAck group(long acked, long idleMicros, boolean live) {
        return new GroupAck("g", acked, NOW - idleMicros, live);
    }

    @Test
    void theOldestGoUntilTheShardIsWithinItsBound() {
        assertThat(policy().overBound(segments, 1_300_000, 0, RetentionPolicy.UNPROTECTED, false))
                .isEqualTo(1);
        assertThat(policy().overBound(segments, 1_300_000, 400_000, RetentionPolicy.UNPROTECTED, false))
                .isEqualTo(2);
        maxShardBytes = 2 << 20;
        assertThat(policy().overBound(segments, 1_300_000, 0, RetentionPolicy.UNPROTECTED, false))
                .isZero();
    }

    @Test
    void theBoundTakesWhatIsUnreadOnlyWhereThatIsDropped() {
        assertThat(policy().overBound(segments, 1_300_000, 400_000, 10, false)).isEqualTo(1);
        assertThat(policy().overBound(segments, 1_300_000, 400_000, 10, true)).isEqualTo(2);
    }
}
