package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The end of a shard in one process, whatever others do with it meanwhile.
@Timeout(30)
class ShardCloseTest {
    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;
    private ShardFixture otherProcess;
    private Shard shard;
    private Shard other;

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
    void openInTwoProcesses() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.time = new HurriedTime(time);
        shard = fixture.open(ShardFixture.BOOT);
        otherProcess = new ShardFixture(directory);
        other = otherProcess.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        ShardFixture.append(other, "b");
    }

    @AfterEach
    void release() throws IOException {
        otherProcess.close();
        fixture.close();
    }

    @Test
    void itComesThoughAnotherProcessNeverStopsToAppend() throws IOException {
        AtomicInteger forces = new AtomicInteger();
        intercepted.before((method, path) -> {
            if (method.equals("force")) {
                assertThat(forces.incrementAndGet()).isLessThan(10);
                ShardFixture.append(other, "while it syncs");
            }
        });
        shard.close(false);
        assertThat(forces).hasPositiveValue();
        assertThat(other.state().durableOffset()).isGreaterThanOrEqualTo(2);
        other.close(true);
    }

    @Test
    void itLetsGoOfAllFilesThoughALivingProcessHoldsTheLock() throws IOException {
        shard.sync();
        Set<Path> closed = ConcurrentHashMap.newKeySet();
        intercepted.before((method, path) -> {
            if (method.equals("close")) {
                closed.add(path);
            }
        });
        assertThat(other.state().casLockWord(0, otherProcess.incarnations.self()))
                .isTrue();
        assertThatThrownBy(() -> shard.close(false)).isInstanceOf(CometException.ShardBusy.class);
        assertThatThrownBy(() -> shard.state().endOffset()).isInstanceOf(IllegalStateException.class);
        // The segment was opened under the name that it was made by.
        assertThat(closed)
                .contains(fixture.paths.state())
                .anyMatch(path -> path.toString().endsWith(".prepared"));

        assertThat(other.state().casLockWord(otherProcess.incarnations.self(), 0))
                .isTrue();
        assertThat(ShardFixture.append(other, "c")).isEqualTo(2);
        other.close(true);
    }
}
