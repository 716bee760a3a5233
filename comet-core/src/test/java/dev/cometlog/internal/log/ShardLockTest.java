package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.TimeSource;
import dev.cometlog.testing.DeepStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing that fails inside an append keeps others from appending.
class ShardLockTest {
    private static final int DEPTHS = 400;
    private static final byte[] PAYLOAD = "deep".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    @Test
    void aStackOverflowAtAnyDepthOfAnAppendLeavesTheShardToOtherThreads() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        try (var deep = Executors.newSingleThreadExecutor(
                        task -> new Thread(null, task, "deep", DeepStack.STACK_BYTES));
                var other = Executors.newSingleThreadExecutor()) {
            int overflows = 0;
            for (int depth = 0; depth < DEPTHS; depth++) {
                int above = depth;
                overflows +=
                        deep.submit(() -> appendJustAboveTheEnd(shard, above)).get() ? 1 : 0;
                Future<Long> after = other.submit(() -> ShardFixture.append(shard, "after"));
                // The thread that overflowed lives on and does not append again by itself.
                assertThat(after.get(5, TimeUnit.SECONDS)).as("depth " + depth).isNotNegative();
            }
            assertThat(overflows).isBetween(1, DEPTHS - 1);
        }
        assertThat(ShardFixture.read(shard, 0)).hasSize((int) shard.state().endOffset());
        shard.close(true);
    }

    @Test
    void aThreadThatOverflowedAndComesBackAppendsItself() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        try (var deep =
                Executors.newSingleThreadExecutor(task -> new Thread(null, task, "deep", DeepStack.STACK_BYTES))) {
            for (int depth = 0; depth < DEPTHS; depth++) {
                int above = depth;
                boolean _ =
                        deep.submit(() -> appendJustAboveTheEnd(shard, above)).get();
                assertThat(deep.submit(() -> ShardFixture.append(shard, "after"))
                                .get(5, TimeUnit.SECONDS))
                        .isNotNegative();
            }
        }
        shard.close(true);
    }

    @Test
    void aStackOverflowAtAnyDepthOfASyncLeavesTheShardToOtherThreads() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        try (var deep = Executors.newSingleThreadExecutor(
                        task -> new Thread(null, task, "deep", DeepStack.STACK_BYTES));
                var other = Executors.newSingleThreadExecutor()) {
            int overflows = 0;
            for (int depth = 0; depth < DEPTHS; depth += 2) {
                int above = depth;
                long _ = ShardFixture.append(shard, "before");
                overflows += deep.submit(() -> DeepStack.overflows(shard::sync, above))
                                .get()
                        ? 1
                        : 0;
                Future<?> after = other.submit(() -> {
                    long _ = ShardFixture.append(shard, "after");
                    shard.sync();
                });
                assertThat(after).as("depth " + depth).succeedsWithin(5, TimeUnit.SECONDS);
            }
            assertThat(overflows).isBetween(1, DEPTHS / 2 - 1);
        }
        assertThat(shard.state().durableOffset())
                .isEqualTo(shard.state().endOffset())
                .isEqualTo(DEPTHS);
        shard.close(true);
    }

    @Test
    void aHolderThatIsSupersededPoisonsTheShardUndoesNothingAndNeverComesBack() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        int[] repairs = {0};
        ShardLock lock = new ShardLock(
                fixture.id,
                shard.state(),
                fixture.incarnations,
                TimeSource.SYSTEM,
                Duration.ofSeconds(10),
                () -> repairs[0]++);
        try (Incarnations other = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            long self = fixture.incarnations.self();
            assertThatThrownBy(() -> lock.holding(() -> {
                        // As another process does that finds our liveness lock gone.
                        assertThat(shard.state().casLockWord(self, other.self()))
                                .isTrue();
                        throw new IllegalStateException("in the middle of an append");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(repairs[0]).as("repairs of what is another's").isZero();
            assertThat(shard.state().lockWord()).isEqualTo(other.self());
            assertThat(shard.state().poison()).isEqualTo(self);

            shard.state().lockWord(0);
            shard.state().casPoison(self, 0);
            assertThatThrownBy(() -> lock.holding(() -> {}))
                    .isInstanceOf(CometException.Poisoned.class)
                    .hasMessageContaining("open it again");
            assertThat(shard.state().lockWord()).isZero();
        }
        shard.close(true);
    }

    @Test
    void aHolderThatIsSupersededWhereItGivesTheWordBackPoisonsTheShard() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        ShardLock lock = lock(fixture, shard);
        assertThatThrownBy(() -> lock.holding(() -> shard.state().lockWord(12345)))
                .isInstanceOf(CometException.Poisoned.class);
        assertThat(shard.state().poison()).isEqualTo(fixture.incarnations.self());
        shard.state().lockWord(0);
        assertThatThrownBy(() -> ShardFixture.append(shard, "after")).isInstanceOf(CometException.Poisoned.class);
        shard.close(true);
    }

    @Test
    void whatAThreadLeftBehindIsTakenOverByAThreadThatWaitsForIt() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardLock lock = lock(fixture, shard);
        try (var leaving = Executors.newSingleThreadExecutor();
                var other = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 5; i++) {
                // As an overflow in `unlock` leaves it: taken, and the thread is elsewhere.
                leaving.submit(lock::lock).get();
                other.submit(() -> lock.holding(() -> {})).get(5, TimeUnit.SECONDS);
                assertThat(shard.state().lockWord()).isZero();
            }
            leaving.submit(lock::lock).get();
            leaving.submit(() -> lock.holding(() -> {})).get(5, TimeUnit.SECONDS);
        }
        assertThat(shard.state().lockWord()).isZero();
        shard.close(true);
    }

    @Test
    void housekeepingGivesTheLockBackInPlaceOfAThreadThatLeftItBehind() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        ShardLock lock = lock(fixture, shard);
        try (var leaving = Executors.newSingleThreadExecutor()) {
            // As an overflow in `unlock` leaves it: taken, and the thread is elsewhere.
            leaving.submit(lock::lock).get();
            assertThat(shard.state().lockWord()).isEqualTo(fixture.incarnations.self());
            lock.freeLeftBehind();
            lock.freeLeftBehind();
            assertThat(shard.state().lockWord()).isZero();
        }
        assertThat(ShardFixture.append(shard, "after")).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void aThreadThatIsInsideIsNotTakenForOneThatLeft() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        ShardLock lock = lock(fixture, shard);
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<?> inside = threads.submit(() -> lock.holding(() -> {
                entered.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            entered.await();
            for (int i = 0; i < 10; i++) {
                lock.freeLeftBehind();
            }
            assertThat(shard.state().lockWord()).isEqualTo(fixture.incarnations.self());
            Future<?> waiting = threads.submit(() -> lock.holding(() -> {}));
            assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            leave.countDown();
            inside.get();
            waiting.get();
        }
        shard.close(true);
    }

    @Test
    void anOutOfMemoryErrorInsideIsRepairedAtOnce() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        ShardLock lock = lock(fixture, shard);
        assertThatThrownBy(() -> lock.holding(() -> {
                    throw new OutOfMemoryError("inside");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(shard.state().lockWord()).isZero();
        assertThat(ShardFixture.append(shard, "after")).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void aClockThatThrowsFailsTheAppendAlone() throws IOException {
        boolean[] broken = {false};
        fixture.time = new TimeSource() {
            @Override
            public long epochMicros() {
                if (broken[0]) {
                    throw new IllegalStateException("no time");
                }
                return TimeSource.SYSTEM.epochMicros();
            }

            @Override
            public long nanoTime() {
                return TimeSource.SYSTEM.nanoTime();
            }
        };
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "before");
        broken[0] = true;
        assertThatThrownBy(() -> ShardFixture.append(shard, "late")).hasMessage("no time");
        broken[0] = false;
        assertThat(ShardFixture.append(shard, "after")).isEqualTo(1);
        assertThat(shard.state().lockWord()).isZero();
        shard.close(true);
    }

    @Test
    void threadsThatWaitInTurnAllGetTheirs() {
        ThreadTurn turn = new ThreadTurn(TimeSource.SYSTEM, Duration.ofSeconds(10), ShardLockTest.class);
        assertThat(turn.tryTake()).isTrue();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                assertThat(turn.await()).isTrue();
                turn.end();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        turn.end();
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> !waiting.isAlive());
        assertThat(turn.tryTake()).isTrue();
    }

    /// A lock of its own on the shard's page, as a second thread pool of the process would see it.
    private static ShardLock lock(ShardFixture fixture, Shard shard) {
        return new ShardLock(
                fixture.id, shard.state(), fixture.incarnations, TimeSource.SYSTEM, Duration.ofSeconds(10), () -> {});
    }

    /// Appends with so many frames to spare; returns whether that overflowed.
    private static boolean appendJustAboveTheEnd(Shard shard, int above) {
        return DeepStack.overflows(
                () -> {
                    long _ = shard.append(PAYLOAD, 0, PAYLOAD.length);
                },
                above);
    }
}
