package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A cure takes as long as a failing device makes it: nobody waits for it. No time passes here, so who waited would do
/// so for ever.
@Timeout(30)
class ShardUnderCureTest {
    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private final InterceptedStorage ofTheOther = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private final ManualTime time = new ManualTime();
    private final ExecutorService background = Executors.newSingleThreadExecutor();
    private final CountDownLatch curing = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);

    /// The files that the other process let go of.
    private final Set<Path> closed = ConcurrentHashMap.newKeySet();

    private ShardFixture fixture;
    private ShardFixture otherProcess;
    private Shard shard;
    private Shard other;

    @BeforeEach
    void stopInTheMiddleOfACure() throws Exception {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.time = time;
        fixture.background = background;
        shard = fixture.open(ShardFixture.BOOT);
        otherProcess = new ShardFixture(directory, ofTheOther.storage());
        otherProcess.time = time;
        other = otherProcess.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "first");
        ShardFixture.append(other, "second");
        for (int i = 0; i < 600; i++) {
            ShardFixture.append(shard, "x".repeat(1000));
        }
        poison();
        intercepted.before(this::holdUp);
        time.advance(Duration.ofSeconds(10));
        shard.tick(time.nanoTime());
        assertThat(curing.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private void poison() {
        intercepted.before((method, path) -> {
            if (method.equals("force")) {
                throw new IOException("Input/output error");
            }
        });
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        shard.tick(time.nanoTime());
    }

    private void holdUp(String method, Path path) {
        if (method.equals("force") && path.toString().endsWith(".prepared")) {
            curing.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @AfterEach
    void letItEnd() throws Exception {
        awaitCure();
        shard.close(false);
        other.close(true);
        otherProcess.close();
        fixture.close();
    }

    private void awaitCure() throws InterruptedException {
        mayGoOn.countDown();
        background.shutdown();
        assertThat(background.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(shard.state().poison()).isZero();
    }

    @Test
    void appendsAndSyncsAreRefusedAtOnceInEveryProcess() throws Exception {
        for (Shard each : new Shard[] {shard, other}) {
            assertThatThrownBy(() -> ShardFixture.append(each, "meanwhile"))
                    .isInstanceOf(CometException.Poisoned.class);
            assertThatThrownBy(each::sync).isInstanceOf(CometException.Poisoned.class);
        }
        awaitCure();
        assertThat(ShardFixture.append(other, "behind")).isEqualTo(602);
        assertThat(ShardFixture.append(shard, "behind")).isEqualTo(603);
    }

    @Test
    void housekeepingComesAgainToLetGoOfWhatWasDeleted() throws Exception {
        ofTheOther.before((method, path) -> {
            if (method.equals("close")) {
                closed.add(path);
            }
        });
        // As if it had been deleted: the other process still has it mapped, from when it appended.
        shard.state().startOffset(shard.view().segments().bases()[1]);
        shard.tick(time.nanoTime());
        other.tick(time.nanoTime());
        assertThat(closed).doesNotContain(fixture.paths.segment(0));

        awaitCure();
        other.tick(time.nanoTime());
        assertThat(closed).contains(fixture.paths.segment(0));
    }
}
