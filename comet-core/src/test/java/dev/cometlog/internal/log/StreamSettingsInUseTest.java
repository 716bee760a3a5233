package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Settings of a stream, each by what would be different without it.
class StreamSettingsInUseTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = time;
        fixture.streamSettings =
                new TreeMap<>(Map.of(StreamSettings.MAX_AGE, "PT1H", StreamSettings.MIN_SEGMENTS, "0"));
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    private void set(String name, Object value) {
        fixture.streamSettings.put(name, value.toString());
    }

    /// A group that has read nothing, and acknowledged last when the log was made.
    private void withGroup(boolean live) {
        long made = time.epochMicros();
        fixture.groups = (shard, paths) -> List.of(new GroupAck("g", 0, made, live));
    }

    /// Two segments and more of entries that are as old as the log.
    private Shard filled() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
        return shard;
    }

    private long deletedAfter(Shard shard, Duration more) {
        time.advance(more);
        return shard.retain(false).segments();
    }

    @Test
    void whatIsUnreadGoesOnceItIsAsOldAsForceDeleteAfter() {
        withGroup(true);
        set(StreamSettings.FORCE_DELETE_AFTER, "PT10H");
        Shard shard = filled();
        assertThat(deletedAfter(shard, Duration.ofHours(9))).isZero();
        assertThat(deletedAfter(shard, Duration.ofMinutes(61))).isPositive();
        shard.close(true);
    }

    @Test
    void aGroupWithoutMembersProtectsNothingOnceItWasIdleForIdleGroupAfter() {
        withGroup(false);
        set(StreamSettings.IDLE_GROUP_AFTER, "PT10H");
        Shard shard = filled();
        assertThat(deletedAfter(shard, Duration.ofHours(9))).isZero();
        assertThat(deletedAfter(shard, Duration.ofMinutes(61))).isPositive();
        shard.close(true);
    }

    @Test
    void aGroupWithAMemberProtectsHoweverLongItIsIdle() {
        withGroup(true);
        set(StreamSettings.IDLE_GROUP_AFTER, "PT10H");
        Shard shard = filled();
        assertThat(deletedAfter(shard, Duration.ofHours(100))).isZero();
        shard.close(true);
    }

    @Test
    void aSegmentThatGetsNoMoreEntriesIsRolledAfterTheRollInterval() {
        set(StreamSettings.ROLL_INTERVAL, "PT7M");
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        long generation = shard.state().generation();
        time.advance(Duration.ofSeconds(6 * 60 + 59));
        shard.tick(time.nanoTime());
        assertThat(shard.state().generation()).isEqualTo(generation);
        time.advance(Duration.ofSeconds(2));
        shard.tick(time.nanoTime());
        assertThat(shard.state().generation()).isEqualTo(generation + 1);
        shard.close(true);
    }

    @Test
    void anEntryMayHaveMaxEntryBytesAndNotOneMore() {
        set(StreamSettings.MAX_ENTRY_BYTES, 1000);
        Shard shard = fixture.open(ShardFixture.BOOT);
        assertThat(ShardFixture.append(shard, KILOBYTE)).isZero();
        assertThatThrownBy(() -> ShardFixture.append(shard, KILOBYTE + "x"))
                .isInstanceOf(CometException.EntryTooLarge.class)
                .hasMessageContaining("1001")
                .hasMessageContaining("maxEntryBytes=1000");
        assertThatThrownBy(() -> shard.appendBatch(List.of(new byte[1], new byte[1001])))
                .isInstanceOf(CometException.EntryTooLarge.class);
        assertThat(shard.state().endOffset()).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void aBatchMayHaveAQuarterOfASegment() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        byte[] entry = new byte[fixture.segmentBytes / 8];
        assertThat(shard.appendBatch(List.of(entry, entry))).isZero();
        assertThatThrownBy(() -> shard.appendBatch(List.of(entry, entry, new byte[1])))
                .isInstanceOf(CometException.EntryTooLarge.class)
                .hasMessageContaining("batch of 3 entries has 65537 bytes, more than maxBatchBytes=65536");
        assertThat(shard.state().endOffset()).isEqualTo(2);
        shard.close(true);
    }
}
