package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardRetentionTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @TempDir
    Path directory;

    private ShardFixture fixture;
    private final ManualTime time = new ManualTime();
    private final AtomicLong acked = new AtomicLong();

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = time;
        fixture.background = task -> {};
        fixture.streamSettings = new TreeMap<>(Map.of(
                StreamSettings.MAX_SHARD_BYTES, "1048576",
                StreamSettings.MIN_SEGMENTS, "0"));
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    private void set(String name, Object value) {
        fixture.streamSettings.put(name, value.toString());
    }

    private void withGroup() {
        fixture.groups = (shard, paths) -> List.of(new GroupAck("g", acked.get(), time.epochMicros(), false));
    }

    private static void append(Shard shard, int entries) {
        for (int i = 0; i < entries; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
    }

    private static long counter(Shard shard, ShardCounters.Counter counter) {
        return shard.state().counters().get(counter);
    }

    private static void assertIdentity(Shard shard) throws IOException {
        long kept = ShardFixture.read(shard, shard.state().startOffset()).stream()
                .filter(text -> text.contains("="))
                .count();
        assertThat(kept
                        + counter(shard, ShardCounters.Counter.EXPIRED)
                        + counter(shard, ShardCounters.Counter.DROPPED)
                        + counter(shard, ShardCounters.Counter.LOST))
                .as("kept + expired + dropped + lost")
                .isEqualTo(shard.state().endOffset());
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            return files.mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    @Test
    void aShardStaysWithinMaxShardBytesAndCountsWhatWent() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < 5000; i++) {
            ShardFixture.append(shard, KILOBYTE);
            if (i % 100 == 0) {
                assertThat(bytesOnDisk()).isLessThanOrEqualTo(1 << 20);
            }
        }
        assertThat(shard.state().startOffset()).isPositive();
        assertThat(counter(shard, ShardCounters.Counter.EXPIRED))
                .isEqualTo(shard.state().startOffset());
        assertIdentity(shard);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        shard.close(true);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void dropOldestDeletesWhatIsUnreadAndCountsIt() throws IOException {
        withGroup();
        acked.set(100);
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 3000);
        assertThat(counter(shard, ShardCounters.Counter.EXPIRED)).isEqualTo(100);
        assertThat(counter(shard, ShardCounters.Counter.DROPPED))
                .isEqualTo(shard.state().startOffset() - 100);
        assertIdentity(shard);
        shard.close(true);
    }

    @Test
    void rejectRefusesWithoutAnOffsetAndTakesEntriesAgainOnceTheyAreRead() throws IOException {
        withGroup();
        set(StreamSettings.OVERFLOW, "REJECT");
        Shard shard = fixture.open(ShardFixture.BOOT);
        assertThatThrownBy(() -> append(shard, 3000))
                .isInstanceOf(CometException.LogFull.class)
                .hasMessageContaining("maxShardBytes=1048576");
        long end = shard.state().endOffset();
        assertThat(end).isBetween(500L, 1024L);
        assertThat(shard.state().startOffset()).isZero();
        assertThat(counter(shard, ShardCounters.Counter.REFUSED)).isEqualTo(1);

        acked.set(end);
        assertThat(ShardFixture.append(shard, "again")).isEqualTo(end);
        assertThat(counter(shard, ShardCounters.Counter.DROPPED)).isZero();
        assertIdentity(shard);
        shard.close(true);
    }

    @Test
    void blockWaitsUntilItIsRead() throws Exception {
        withGroup();
        set(StreamSettings.OVERFLOW, "BLOCK");
        fixture.background = Runnable::run;
        Shard shard = fixture.open(ShardFixture.BOOT);
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                acked.set(shard.state().endOffset());
                Thread.onSpinWait();
            }
        });
        append(shard, 3000);
        reader.interrupt();
        reader.join();
        assertThat(counter(shard, ShardCounters.Counter.DROPPED)).isZero();
        assertIdentity(shard);
        shard.close(true);
    }

    @Test
    void blockGivesUpAfterItsTimeoutAndNoSooner() {
        withGroup();
        set(StreamSettings.OVERFLOW, "BLOCK");
        set(StreamSettings.BLOCK_TIMEOUT, "PT0.2S");
        fixture.time = TimeSource.SYSTEM;
        Shard shard = fixture.open(ShardFixture.BOOT);
        AtomicLong last = new AtomicLong();
        assertThatThrownBy(() -> {
                    while (true) {
                        last.set(System.nanoTime());
                        append(shard, 1);
                    }
                })
                .isInstanceOf(CometException.LogFull.class);
        // The default is 30 s.
        assertThat(Duration.ofNanos(System.nanoTime() - last.get()))
                .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
        shard.close(true);
    }

    @Test
    void whatAnotherDeletesWhileAnAppendMakesRoomIsRoomToo() throws IOException {
        InterceptedStorage intercepted = new InterceptedStorage(fixture.storage);
        try (ShardFixture watched = new ShardFixture(directory.resolve("watched"), intercepted.storage())) {
            watched.time = time;
            watched.background = task -> {};
            watched.streamSettings = fixture.streamSettings;
            Shard shard = watched.open(ShardFixture.BOOT);
            append(shard, 3000);
            time.advance(Duration.ofHours(5));
            AtomicLong lists = new AtomicLong();
            intercepted.before((method, path) -> {
                // It has measured, and seen that nothing is being deleted; now it looks what it may delete.
                if (method.equals("list") && lists.incrementAndGet() == 3) {
                    assertThat(shard.retain(false).segments()).isPositive();
                }
            });
            append(shard, 600);
            assertThat(lists.get()).isGreaterThan(3);
            assertThat(counter(shard, ShardCounters.Counter.REFUSED)).isZero();
            shard.close(true);
        }
    }

    @Test
    void whatACheckpointCallsDurableMayGoThoughTheWordBehindItIsNotWrittenYet() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 800);
        shard.sync();
        shard.state().durableOffset(0);
        append(shard, 400);
        assertThat(counter(shard, ShardCounters.Counter.REFUSED)).isZero();
        shard.close(true);
    }

    /// Each look at it takes a moment.
    private static final class SlowTime implements TimeSource {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long epochMicros() {
            return 1_700_000_000_000_000L;
        }

        @Override
        public long nanoTime() {
            return nanos.addAndGet(100_000_000);
        }
    }

    @Test
    void aRunThatNobodyWaitsForRestsBehindEachFileUnlessTheLogIsClosing() throws IOException {
        fixture.time = new SlowTime();
        set(StreamSettings.MAX_SHARD_BYTES, "10485760");
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 3000);
        shard.sync();
        set(StreamSettings.MAX_SHARD_BYTES, "2097152");
        fixture.refreshSettings();
        long started = System.nanoTime();
        Retained gently = shard.retention().run(false, SegmentDeletion.Pace.GENTLY);
        assertThat(gently.segments()).isGreaterThan(1);
        assertThat(System.nanoTime() - started).isGreaterThan(gently.segments() * 150_000_000L);

        append(shard, 1500);
        shard.sync();
        set(StreamSettings.MAX_SHARD_BYTES, "1048576");
        fixture.refreshSettings();
        shard.retention().hurry();
        started = System.nanoTime();
        Retained hurried = shard.retention().run(false, SegmentDeletion.Pace.GENTLY);
        assertThat(hurried.segments()).isGreaterThan(3);
        assertThat(System.nanoTime() - started).isLessThan(hurried.segments() * 150_000_000L);
        shard.close(true);
    }

    @Test
    void blockCanBeInterrupted() {
        withGroup();
        set(StreamSettings.OVERFLOW, "BLOCK");
        Shard shard = fixture.open(ShardFixture.BOOT);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> append(shard, 3000)).isInstanceOf(CometException.Interrupted.class);
        assertThat(Thread.interrupted()).isTrue();
        shard.close(true);
    }

    @Test
    void anIdleShardExpiresWhole() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 10);
        time.advance(Duration.ofMinutes(61));
        shard.tick(time.nanoTime());
        shard.sync();
        time.advance(Duration.ofMinutes(178));
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        time.advance(Duration.ofMinutes(2));
        assertThat(shard.retain(true).expired()).isEqualTo(10);
        assertThat(shard.state().startOffset()).isZero();
        assertThat(shard.retain(false).expired()).isEqualTo(10);
        assertThat(shard.state().startOffset()).isEqualTo(10);
        assertIdentity(shard);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        shard.close(true);
    }

    @Test
    void whatIsNotDurableIsNeverDeleted() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        assertThat(shard.state().durableOffset()).isZero();
        assertThat(shard.retention().sealed()).isEmpty();
        shard.sync();
        assertThat(shard.retention().sealed()).isNotEmpty();
        shard.close(true);
    }

    @Test
    void filesThatADeadRunLeftAreDeletedByTheNext() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 800);
        shard.sync();
        SealedSegment oldest = shard.retention().sealed().getFirst();
        // What dies behind this step has published and unlinked nothing.
        shard.state().retain(oldest.next(), oldest.end() - oldest.base(), 0);
        shard.close(false);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(fixture.paths.segment(oldest.base())).exists();
        Retained _ = again.retain(false);
        assertThat(fixture.paths.segment(oldest.base())).doesNotExist();
        assertThat(fixture.paths.index(oldest.base())).doesNotExist();
        assertIdentity(again);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        again.close(true);
    }

    @Test
    void roomIsMadeFirstOfWhatIsBeingDeletedAlready() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 800);
        shard.sync();
        List<SealedSegment> sealed = shard.retention().sealed();
        SealedSegment last = sealed.get(sealed.size() / 2);
        // Another run has come as far as this, and rests between the files.
        shard.state().retain(last.next(), last.next(), 0);

        shard.retention().makeRoom(300_000, false);

        assertThat(shard.state().startOffset()).isEqualTo(last.next());
        assertThat(fixture.paths.segment(last.base())).doesNotExist();
        assertIdentity(shard);
        shard.close(true);
    }

    @Test
    void theIdentityHoldsThroughPowerLossAndRetention() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 2500);
        shard.close(false);
        Shard second = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        append(second, 2500);
        assertThat(counter(second, ShardCounters.Counter.LOST)).isPositive();
        assertIdentity(second);
        second.close(false);
        Shard third = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        append(third, 300);
        assertIdentity(third);
        third.close(true);
    }

    @Test
    void theIdentityHoldsWhenTheStatePageIsLostAfterRetention() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 2500);
        shard.close(true);
        Files.delete(fixture.paths.state());
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        append(again, 1);
        assertIdentity(again);
        again.close(true);
    }

    @Test
    void aBoxThatBootsIn1970KeepsItsMinutesOldEntriesWhenTheClockIsCorrected() throws IOException {
        time.stepWallClock(Duration.of(-time.epochMicros(), ChronoUnit.MICROS));
        ClockSteps clock = fixture.context(ShardFixture.BOOT).clock();
        clock.observe();
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 800);
        shard.sync();
        time.advance(Duration.ofMinutes(5));
        time.stepWallClock(Duration.ofDays(56 * 365));
        clock.observe();

        assertThat(shard.retention().sealed()).isNotEmpty();
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        time.advance(Duration.ofHours(4));
        assertThat(shard.retain(false).expired()).isPositive();
        shard.close(true);
    }

    @Test
    void aForwardStepThatIsTakenBackDoesNotPinTime() throws IOException {
        ClockSteps clock = fixture.context(ShardFixture.BOOT).clock();
        clock.observe();
        time.stepWallClock(Duration.ofDays(3650));
        clock.observe();
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 800);
        shard.sync();
        for (SealedSegment sealed : shard.retention().sealed()) {
            Files.setLastModifiedTime(
                    fixture.paths.segment(sealed.base()),
                    FileTime.from(Instant.EPOCH.plus(time.epochMicros(), ChronoUnit.MICROS)));
        }
        time.stepWallClock(Duration.ofDays(-3650));
        clock.observe();

        time.advance(Duration.ofHours(3));
        assertThat(shard.retain(false)).isEqualTo(Retained.NOTHING);
        time.advance(Duration.ofMinutes(61));
        assertThat(shard.retain(false).expired()).isPositive();
        shard.close(true);
    }

    @Test
    void aReaderInTheMiddleOfADeletedSegmentFinishesWhatItHas() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 300);
        Segment held = shard.view().segments().acquire(0).orElseThrow();
        append(shard, 3000);
        assertThat(fixture.paths.segment(0)).doesNotExist();
        FrameWalker walker = new FrameWalker(held, 64, 0, held.capacity());
        walker.walkToEnd();
        assertThat(walker.offset()).isGreaterThan(100);
        held.release();
        shard.close(true);
    }
}
