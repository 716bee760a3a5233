package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.CometStats;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Each number that stats tell of a shard counts what it says.
@Timeout(60)
class ShardStatsTest {
    private static final String KILOBYTE = "x".repeat(1000);
    private static final Instant START = Instant.ofEpochSecond(1_700_000_000L);

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private ShardFixture fixture;
    private Shard shard;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.time = time;
        fixture.background = task -> {};
        shard = fixture.open(ShardFixture.BOOT);
    }

    @AfterEach
    void close() throws IOException {
        intercepted.before((method, path) -> {});
        shard.close(true);
        fixture.close();
    }

    private CometStats.OfShard stats() {
        return new ShardStats(shard.view()).read(List.of());
    }

    /// A segment is opened under the name that it has while it is prepared.
    private static boolean isForceOfASegment(String method, Path path) {
        return method.equals("force") && !path.endsWith("state");
    }

    private void fill(int kilobytes) {
        for (int i = 0; i < kilobytes; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
    }

    @Test
    void appendsAreCountedByEntriesBytesAndBatches() {
        ShardFixture.append(shard, "12345");
        ShardFixture.appendBatch(shard, "a", "b", "c");
        CometStats.Appends appends = stats().appends();
        assertThat(appends.entries()).isEqualTo(4);
        assertThat(appends.batches()).isEqualTo(2);
        // A header of 12 bytes each; in the batch a count, and a length before each entry.
        assertThat(appends.bytes()).isEqualTo(12 + 5 + 12 + 1 + 3 * 2);
    }

    @Test
    void rollsAreCountedAndSegmentsAndBytesAreWhatIsThere() throws IOException {
        fill(600);
        CometStats.OfShard stats = stats();
        long logs = 0;
        long bytes = 0;
        try (var files = Files.list(fixture.paths.directory())) {
            for (Path file : files.toList()) {
                logs += file.toString().endsWith(".log") ? 1 : 0;
                bytes += DiskBudget.rounded(Files.size(file));
            }
        }
        assertThat(logs).isGreaterThan(1);
        assertThat(stats.appends().rolls()).isEqualTo(logs);
        assertThat(stats.kept().segments()).isEqualTo((int) logs);
        assertThat(stats.kept().bytes()).isEqualTo(bytes);
    }

    @Test
    void syncsAreCountedWithTheirTimes() {
        for (int millis : new int[] {1, 1, 40}) {
            ShardFixture.append(shard, "x");
            intercepted.before((method, path) -> {
                if (isForceOfASegment(method, path)) {
                    time.advance(Duration.ofMillis(millis));
                }
            });
            shard.sync();
        }
        CometStats.OfShard stats = stats();
        assertThat(stats.durableOffset()).isEqualTo(3);
        assertThat(stats.syncs().count()).isEqualTo(3);
        assertThat(stats.syncs().time()).isEqualTo(Duration.ofMillis(42));
        assertThat(stats.syncs().longest()).isEqualTo(Duration.ofMillis(40));
        assertThat(stats.syncs().last()).contains(START.plusMillis(42));
        assertThat(stats.syncs().percentile(0.5)).isBetween(Duration.ofMillis(1), Duration.ofMillis(2));
        assertThat(stats.syncs().percentile(1)).isEqualTo(Duration.ofMillis(40));
        assertThat(stats.syncs().failures()).isZero();
    }

    @Test
    void aFailedSyncIsCountedAndPoisons() {
        ShardFixture.append(shard, "x");
        intercepted.before((method, path) -> {
            if (isForceOfASegment(method, path)) {
                throw new IOException("injected");
            }
        });
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        assertThat(stats().syncs().failures()).isEqualTo(1);
        assertThat(stats().syncs().count()).isZero();
        assertThat(stats().poisoned()).isTrue();
    }

    @Test
    void anAppendThatHadToMakeItsSegmentIsAStallOfThatLength() {
        intercepted.before((method, path) -> {
            if (method.equals("open") && path.toString().endsWith(".prepared")) {
                time.advance(Duration.ofMillis(7));
            }
        });
        ShardFixture.append(shard, "x");
        long first = stats().appends().stalls();
        // One reserves offsets, one makes the segment.
        assertThat(first).isEqualTo(2);
        assertThat(stats().appends().stallTime()).isEqualTo(Duration.ofMillis(7));
        ShardFixture.append(shard, "x");
        assertThat(stats().appends().stalls()).isEqualTo(first);
    }

    @Test
    void whoFindsTheShardInUseCountsAsAWait() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread other = holdTheShard(goOn);
        long before = stats().appends().lockWaits();
        Thread waiter = Thread.ofPlatform().start(() -> ShardFixture.append(shard, "y"));
        Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        goOn.countDown();
        other.join();
        waiter.join();
        assertThat(stats().appends().lockWaits()).isEqualTo(before + 1);
        assertThat(stats().appends().busy()).isZero();
    }

    @Test
    void whoGivesUpWaitingIsCounted() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread other = holdTheShard(goOn);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                ShardFixture.append(shard, "y");
            } catch (CometException e) {
                failure.set(e);
            }
        });
        Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        time.advance(Duration.ofSeconds(11));
        waiter.join();
        goOn.countDown();
        other.join();
        assertThat(failure.get()).isInstanceOf(CometException.ShardBusy.class);
        assertThat(stats().appends().busy()).isEqualTo(1);
    }

    /// A thread that stays in the middle of a roll, which is made under the lock.
    private Thread holdTheShard(CountDownLatch goOn) throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        intercepted.before((method, path) -> {
            if (method.equals("rename")) {
                inside.countDown();
                awaitUninterrupted(goOn);
            }
        });
        Thread holder = Thread.ofPlatform().start(() -> ShardFixture.append(shard, "x"));
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        return holder;
    }

    private static void awaitUninterrupted(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void refusedEntriesAreCounted() {
        ShardFixture.append(shard, "x");
        fixture.budget.bounds(new DiskBudget.Bounds(fixture.budget.allocatedBytes(), 0));
        assertThatThrownBy(() -> fill(600)).isInstanceOf(CometException.LogFull.class);
        assertThatThrownBy(() -> ShardFixture.appendBatch(shard, KILOBYTE, KILOBYTE))
                .isInstanceOf(CometException.LogFull.class);
        assertThat(stats().appends().refused()).isEqualTo(3);
    }

    @Test
    void whatIsPutRightAfterAFailureInsideIsATakeOver() {
        long before = stats().appends().takeOvers();
        intercepted.before((method, path) -> {
            if (method.equals("rename") && path.toString().endsWith(".prepared")) {
                throw new IOException("injected");
            }
        });
        assertThatThrownBy(() -> ShardFixture.append(shard, "x")).isInstanceOf(CometException.IoFailure.class);
        assertThat(stats().appends().takeOvers()).isEqualTo(before + 1);
    }

    @Test
    void recoveriesAreCountedAndWhatTheyGiveUpIsLost() {
        ShardFixture.append(shard, "x");
        shard.sync();
        long before = stats().appends().recoveries();
        // As after a power loss: another boot, and an end that was not clean.
        shard.close(false);
        shard = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        long offset = ShardFixture.append(shard, "y");
        CometStats.OfShard stats = stats();
        assertThat(stats.appends().recoveries()).isEqualTo(before + 1);
        assertThat(offset).isGreaterThan(1);
        assertThat(stats.gone().lost()).isEqualTo(offset - 1);
        assertThat(stats.appends().entries()).isEqualTo(2);
        assertThat(stats.kept().entries()).isEqualTo(2);
        assertThat(stats.endOffset())
                .isEqualTo(stats.kept().entries() + stats.gone().lost());
    }

    @Test
    void theOldestAndNewestTimesAreThoseOfTheEntries() {
        assertThat(stats().kept().oldest()).isEmpty();
        assertThat(stats().kept().newest()).isEmpty();
        ShardFixture.append(shard, "x");
        time.advance(Duration.ofSeconds(5));
        ShardFixture.append(shard, "y");
        assertThat(stats().kept().oldest()).contains(START);
        assertThat(stats().kept().newest()).contains(START.plusSeconds(5));
    }

    @Test
    void theCompressionRatioIsThatOfBothCounters() {
        assertThat(stats().compression().ratio()).isEqualTo(1);
        shard.state().counters().add(ShardCounters.Counter.COMPRESSED_FROM, 300);
        shard.state().counters().add(ShardCounters.Counter.COMPRESSED_TO, 100);
        shard.state().counters().add(ShardCounters.Counter.COMPRESS_NANOS, 5_000_000);
        assertThat(stats().compression()).isEqualTo(new CometStats.Compression(300, 100, Duration.ofMillis(5)));
        assertThat(stats().compression().ratio()).isEqualTo(3);
    }
}
