package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that is alive and does not come to the end of its sync: stopped, or before a device that hangs.
@Timeout(30)
class ShardSyncTest {
    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;
    private Incarnations other;
    private Shard shard;

    /// Every look at it takes a tenth of a second.
    private record HurriedTime(ManualTime time) implements TimeSource {
        @Override
        public long epochMicros() {
            return time.epochMicros();
        }

        @Override
        public long nanoTime() {
            time.advance(Duration.ofMillis(100));
            return time.nanoTime();
        }
    }

    @BeforeEach
    void stopAnotherProcessInTheMiddleOfASync() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = new HurriedTime(time);
        shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        other = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file());
        assertThat(shard.state().casSyncClaim(0, other.self())).isTrue();
    }

    @AfterEach
    void release() throws IOException {
        other.close();
        fixture.close();
    }

    @Test
    void aSyncThatWaitsLongerThanTheAppendTimeoutFailsAndNamesTheProcess() {
        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.ShardBusy.class)
                .hasMessageContaining("10000 ms")
                .hasMessageContaining("process " + ProcessHandle.current().pid());
        assertThat(shard.state().durableOffset()).isZero();
    }

    @Test
    void whoeverComesNextDoesNotWaitAgain() {
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.ShardBusy.class);
        long before = time.nanoTime();
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.ShardBusy.class);
        assertThat(time.nanoTime() - before).isLessThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aBackgroundSyncLeavesItToTheOtherAndDoesNotWait() {
        long before = time.nanoTime();
        shard.tick(before);
        shard.tick(before + Duration.ofSeconds(5).toNanos());
        assertThat(time.nanoTime() - before).isLessThan(Duration.ofSeconds(1).toNanos());
        assertThat(shard.state().durableOffset()).isZero();
    }

    @Test
    void aSyncSucceedsOnceTheOtherIsDead() throws IOException {
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.ShardBusy.class);
        other.close();
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void whatADeadSyncerMayHaveFailedToForceIsWrittenAnewThoughWhoTookItOverFailedFirst() throws IOException {
        long dead = other.self();
        other.close();
        try (Incarnations holder = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            assertThat(shard.state().casLockWord(0, holder.self())).isTrue();
            assertThatThrownBy(shard::sync).isInstanceOf(CometException.ShardBusy.class);
            assertThat(shard.state().syncClaim()).isEqualTo(dead);
            assertThat(shard.state().casLockWord(holder.self(), 0)).isTrue();
        }
        shard.sync();
        assertThat(shard.state().syncClaim()).isZero();
        assertThat(shard.state().durableOffset()).isEqualTo(1);
    }

    @Test
    void appendsGoOnMeanwhile() throws IOException {
        assertThat(ShardFixture.append(shard, "b")).isEqualTo(1);
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=a", "1=b");
    }

    @Test
    void aCloseSaysSoAndStillLetsGoOfEverything() throws IOException {
        assertThatThrownBy(() -> shard.close(false)).isInstanceOf(CometException.ShardBusy.class);
        assertThatThrownBy(() -> shard.state().endOffset()).isInstanceOf(IllegalStateException.class);
        other.close();
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=a");
        again.close(true);
    }
}
