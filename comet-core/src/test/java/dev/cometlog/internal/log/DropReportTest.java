package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.Warnings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever loses unread entries to a bound finds in the log of the program which, and is not told of what was read.
class DropReportTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final AtomicLong acked = new AtomicLong();
    private final Warnings warnings = new Warnings();
    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = time;
        fixture.background = task -> {};
        fixture.groups = (shard, paths) -> List.of(new GroupAck("g", acked.get(), time.epochMicros(), false));
        fixture.streamSettings = new TreeMap<>(Map.of(StreamSettings.MAX_SHARD_BYTES, "1048576"));
    }

    @AfterEach
    void release() throws IOException {
        warnings.close();
        fixture.close();
    }

    private static void append(Shard shard, int entries) {
        for (int i = 0; i < entries; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
    }

    /// Appends until something was deleted, and returns the start offset.
    private static long appendUntilStartIsAbove(Shard shard, long start) {
        while (shard.state().startOffset() <= start) {
            append(shard, 1);
        }
        return shard.state().startOffset();
    }

    private String warning(long count, long first, long last, long all) {
        return fixture.id + ": a bound or forceDeleteAfter deleted entries that not every group has read: " + count
                + " of offsets " + first + " to " + last + "; " + all + " so far";
    }

    @Test
    void theFirstDropIsToldAtOnceWithItsOffsetsAndItsCount() {
        acked.set(100);
        Shard shard = fixture.open(ShardFixture.BOOT);
        long start = appendUntilStartIsAbove(shard, 0);
        assertThat(start).isGreaterThan(100);
        assertThat(warnings.messages()).containsExactly(warning(start - 100, 100, start - 1, start - 100));
        shard.close(true);
    }

    @Test
    void whatIsDroppedWithinAMinuteIsToldTogetherOnceItHasPassed() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        long first = appendUntilStartIsAbove(shard, 0);
        long second = appendUntilStartIsAbove(shard, first);
        long third = appendUntilStartIsAbove(shard, second);
        assertThat(warnings.messages()).hasSize(1);

        time.advance(Duration.ofMinutes(1));
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        assertThat(warnings.messages())
                .containsExactly(warning(first, 0, first - 1, first), warning(third - first, first, third - 1, third));

        time.advance(Duration.ofMinutes(1));
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        shard.close(true);
        assertThat(warnings.messages()).hasSize(2);
    }

    @Test
    void whatIsLeftToTellIsToldAtTheClose() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        long first = appendUntilStartIsAbove(shard, 0);
        long second = appendUntilStartIsAbove(shard, first);
        shard.close(true);
        assertThat(warnings.messages())
                .containsExactly(
                        warning(first, 0, first - 1, first), warning(second - first, first, second - 1, second));
    }

    @Test
    void whatEveryGroupHasReadGoesWithoutAWord() {
        acked.set(Long.MAX_VALUE);
        Shard shard = fixture.open(ShardFixture.BOOT);
        long _ = appendUntilStartIsAbove(shard, appendUntilStartIsAbove(shard, 0));
        shard.close(true);
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void whatNoGroupReadsGoesWithoutAWord() {
        fixture.groups = (shard, paths) -> List.of();
        Shard shard = fixture.open(ShardFixture.BOOT);
        long _ = appendUntilStartIsAbove(shard, appendUntilStartIsAbove(shard, 0));
        shard.close(true);
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void whatIsRefusedDropsNothingAndIsNotTold() {
        fixture.streamSettings.put(StreamSettings.OVERFLOW, "REJECT");
        Shard shard = fixture.open(ShardFixture.BOOT);
        assertThatThrownBy(() -> append(shard, 3000)).isInstanceOf(CometException.LogFull.class);
        shard.close(true);
        assertThat(warnings.messages()).isEmpty();
    }
}
