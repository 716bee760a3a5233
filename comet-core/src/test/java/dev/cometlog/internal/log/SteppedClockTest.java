package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Gap;
import dev.cometlog.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a wall clock does that steps by hours, or stands still: order, visibility, seeking and retention stay as
/// ARCHITECTURE.md says.
class SteppedClockTest {
    private static final Duration MAX_AGE = Duration.ofHours(4);
    private static final Duration ROLL = Duration.ofMinutes(60);

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final List<Long> timestamps = new ArrayList<>();
    private ShardFixture fixture;
    private Shard shard;
    private ClockSteps clock;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = time;
        fixture.streamSettings = Map.of("minSegments", "0");
        clock = fixture.context(ShardFixture.BOOT).clock();
        clock.observe();
        shard = fixture.open(ShardFixture.BOOT);
    }

    @AfterEach
    void close() throws IOException {
        shard.close(true);
        fixture.close();
    }

    /// Lets time pass as the housekeeper sees it: it looks at the clock and after the shard every minute.
    private void pass(Duration duration) {
        for (Duration left = duration; !left.isZero(); left = left.minusMinutes(1)) {
            time.advance(Duration.ofMinutes(1));
            clock.observe();
            shard.tick(time.nanoTime());
            Retained _ = shard.retain(false);
        }
    }

    private void step(Duration duration) {
        time.stepWallClock(duration);
        clock.observe();
    }

    /// Reads all, checks that offsets follow each other, and keeps the timestamps.
    private int readAll() {
        timestamps.clear();
        ShardReader reader = new ShardReader(shard.view());
        reader.seek(shard.state().startOffset());
        long[] next = {shard.state().startOffset()};
        List<Gap> gaps = new ArrayList<>();
        int read = reader.scan(
                Integer.MAX_VALUE,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    assertThat(offset).isEqualTo(next[0]++);
                    timestamps.add(micros);
                    return true;
                },
                gaps::add);
        assertThat(gaps).isEmpty();
        return read;
    }

    private long offsetAt(long micros) {
        return new SegmentTimes(shard.view()).offsetAt(micros);
    }

    @Test
    void entriesKeepTheirOrderAreVisibleAtOnceAndNeverGrowYounger() {
        long seed = Long.getLong("comet.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            switch (random.nextInt(4)) {
                case 0 -> step(Duration.ofMinutes(random.nextInt(600) - 300));
                case 1 -> pass(Duration.ofMinutes(random.nextInt(3)));
                default -> {
                    // The clock stands still.
                }
            }
            assertThat(ShardFixture.append(shard, "entry " + i)).isEqualTo(i);
            assertThat(shard.state().lastTimestamp()).isGreaterThanOrEqualTo(time.epochMicros());
            assertThat(shard.state().endOffset()).isEqualTo(i + 1);
        }
        assertThat(readAll()).as("-Dcomet.seed=" + seed).isEqualTo((int)
                (300 - shard.state().startOffset()));
        assertThat(timestamps).as("-Dcomet.seed=" + seed).isSorted();
    }

    @Test
    void afterAStepBackTimeStandsStillInAShardUntilTheClockHasCaughtUp() {
        long before = time.epochMicros();
        ShardFixture.append(shard, "before");
        step(Duration.ofHours(-3));
        ShardFixture.append(shard, "behind");
        pass(Duration.ofHours(2));
        ShardFixture.append(shard, "still behind");
        pass(Duration.ofHours(2));
        ShardFixture.append(shard, "caught up");

        assertThat(readAll()).isEqualTo(4);
        assertThat(timestamps).containsExactly(before, before, before, time.epochMicros());
        // Seeking goes by these times, so nothing that was appended later is left out.
        assertThat(offsetAt(before)).isZero();
        assertThat(offsetAt(before + 1)).isEqualTo(3);
        assertThat(offsetAt(time.epochMicros() + 1)).isEqualTo(4);
    }

    @Test
    void aStepForwardBeyondTheRangeOfASegmentRollsAndSeeksRight() {
        ShardFixture.append(shard, "before");
        step(Duration.ofDays(30));
        ShardFixture.append(shard, "after");
        step(Duration.ofDays(-30));
        ShardFixture.append(shard, "back");

        assertThat(readAll()).isEqualTo(3);
        long ahead = time.epochMicros() + Duration.ofDays(30).toMillis() * 1000;
        assertThat(timestamps).containsExactly(time.epochMicros(), ahead, ahead);
        assertThat(offsetAt(time.epochMicros() + 1)).isEqualTo(1);
        assertThat(shard.state().counters().get(ShardCounters.Counter.ROLLS)).isEqualTo(2);
    }

    @Test
    void aStepForwardExpiresNothingThatIsYoung() {
        ShardFixture.append(shard, "young");
        pass(Duration.ofMinutes(5));
        step(Duration.ofHours(9));
        pass(MAX_AGE.minusMinutes(15));
        assertThat(shard.state().startOffset()).isZero();
        pass(ROLL.plusMinutes(15));
        assertThat(shard.state().startOffset()).isEqualTo(1);
    }

    @Test
    void aQuietShardExpiresAfterAStepBackTooAndDoesNotFallApart() {
        step(Duration.ofDays(3650));
        ShardFixture.append(shard, "by a wrong clock");
        step(Duration.ofDays(-3650));
        pass(MAX_AGE.plus(ROLL).plusMinutes(5));
        assertThat(shard.state().startOffset()).isEqualTo(1);
        assertThat(shard.state().counters().get(ShardCounters.Counter.ROLLS)).isLessThan(10);
    }

    @Test
    void aBusyShardRollsByAgeAfterAStepBackAndNotAtEveryEntry() {
        step(Duration.ofDays(3650));
        ShardFixture.append(shard, "by a wrong clock");
        step(Duration.ofDays(-3650));
        for (int minute = 0; minute < 600; minute++) {
            pass(Duration.ofMinutes(1));
            ShardFixture.append(shard, "later");
        }
        assertThat(shard.state().counters().get(ShardCounters.Counter.ROLLS)).isBetween(9L, 14L);
        assertThat(shard.state().startOffset()).isGreaterThan(200);
    }

    @Test
    void whileTheClockStandsStillNothingGrowsOldAndEverythingIsThere() {
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, "entry " + i);
        }
        // The monotonic clock goes on: what is pending is synced, so that it survives all the same.
        for (int i = 0; i < 20; i++) {
            time.advance(Duration.ofSeconds(1));
            time.stepWallClock(Duration.ofSeconds(-1));
            shard.tick(time.nanoTime());
        }
        assertThat(shard.state().durableOffset()).isEqualTo(1000);
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        assertThat(readAll()).isEqualTo(1000);
        assertThat(timestamps).containsOnly(time.epochMicros());
        assertThat(offsetAt(time.epochMicros())).isZero();
    }
}
