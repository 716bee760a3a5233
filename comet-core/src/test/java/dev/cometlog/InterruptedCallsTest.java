package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Calls of a thread that is interrupted again and again, at any point: each is done or says that it was interrupted,
/// the interrupt is still told, and the log stays usable for everybody.
@Timeout(120)
class InterruptedCallsTest {
    private static final int TIMES = 30;

    @TempDir
    Path directory;

    private final AtomicBoolean done = new AtomicBoolean();
    private Thread interrupter;

    @BeforeEach
    void interrupt() {
        Thread caller = Thread.currentThread();
        interrupter = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                caller.interrupt();
                LockSupport.parkNanos(100_000);
            }
        });
    }

    @AfterEach
    void stop() {
        done.set(true);
        while (interrupter.isAlive()) {
            Thread.interrupted();
            Thread.onSpinWait();
        }
        Thread.interrupted();
    }

    private Comet open() {
        return Comet.open(
                directory,
                c -> c.segmentBytes(1 << 16)
                        .retention(r -> r.maxAge(Duration.ofDays(1)).maxShardBytes(1 << 18)));
    }

    /// Does it until it is not interrupted.
    private static void insist(Runnable call) {
        while (true) {
            try {
                call.run();
                return;
            } catch (CometException.Interrupted e) {
                assertThat(Thread.interrupted())
                        .as("the interrupt is still told")
                        .isTrue();
            }
        }
    }

    @Test
    void openingMakingStreamsAppendingReadingRetainingAndClosing() {
        for (int time = 0; time < TIMES; time++) {
            String name = "events-" + time + ":v1";
            Comet[] comet = new Comet[1];
            insist(() -> comet[0] = open());
            insist(() -> assertThat(comet[0].stream(name, 2).shardCount()).isEqualTo(2));
            insist(() -> assertThat(comet[0].append(name + ":shard:0001", List.of(new byte[1])))
                    .hasSize(1));
            CometShard shard = comet[0].stream(name).shard(1);
            insist(() -> assertThat(shard.recent(5)).hasSize(1));
            insist(() -> assertThat(shard.scan(0, (o, t, m, p, l) -> true)).isEqualTo(1));
            insist(() -> comet[0].retain());
            insist(() -> assertThat(comet[0].stats().streams()).isNotEmpty());
            insist(comet[0]::sync);
            try {
                comet[0].close();
            } catch (CometException.Interrupted e) {
                assertThat(Thread.interrupted())
                        .as("the interrupt is still told")
                        .isTrue();
            }
        }
        stop();
        try (Comet comet = open()) {
            assertThat(comet.streams()).hasSize(TIMES);
            for (String name : comet.streams()) {
                assertThat(comet.stream(name).shard(1).recent(5)).hasSize(1);
                assertThat(comet.stream(name).shard(0).append(new byte[1])).isZero();
            }
            assertThat(comet.health().reasons()).isEmpty();
        }
    }
}
