package dev.cometlog.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.ManualClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IdleWaitTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final ManualClock clock = new ManualClock();
    private final Wakeup wakeup = new Wakeup(1);

    @Test
    void aSleepEndsWhenItIsWokenAfterTheLastLook() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> idleLong(looked));
        looked.await();
        wakeup.wakeOne();
        assertThat(sleeper.join(Duration.ofSeconds(30))).isTrue();
    }

    /// The control of the test above: nobody wakes it, and it sleeps.
    @Test
    void aSleepThatNobodyEndsGoesOn() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> idleLong(looked));
        looked.await();
        assertThat(sleeper.join(Duration.ofMillis(50))).isFalse();
        wakeup.wakeOne();
        sleeper.join();
    }

    private void idleLong(CountDownLatch looked) {
        IdleWait wait = new IdleWait(clock, LONG, wakeup);
        clock.advance(LONG);
        wait.idle(LONG.toNanos(), () -> {
            looked.countDown();
            return false;
        });
    }

    @Test
    void whoFindsSomethingAtTheLastLookDoesNotSleepAndLeavesItsSeat() {
        IdleWait wait = new IdleWait(clock, LONG, wakeup);
        clock.advance(LONG);
        wait.idle(LONG.toNanos(), () -> true);
        assertThat(wakeup.enter()).isNotEqualTo(Wakeup.NO_SEAT);
    }

    @Test
    void shortSleepsAskNobodyToWakeThem() {
        IdleWait wait = new IdleWait(clock, LONG, wakeup);
        wait.idle(LONG.toNanos(), () -> {
            throw new AssertionError("a sleep of microseconds is not worth a system call of an append");
        });
    }
}
