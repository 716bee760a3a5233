package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What others do to a shard's files at the wrong moment.
class SharedFilesTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.background = task -> {};
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    private static void append(Shard shard, int entries) {
        for (int i = 0; i < entries; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            return files.mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    @Test
    void anAppendGoesOnWhenAnotherProcessDeletesTheSegmentThatItWasAboutToDelete() throws IOException {
        fixture.streamSettings = new TreeMap<>(Map.of(StreamSettings.MAX_SHARD_BYTES, "1048576"));
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.sync();
        AtomicBoolean done = new AtomicBoolean();
        intercepted.before((method, path) -> {
            boolean looks = method.equals("modifiedMillis");
            if (looks && path.equals(fixture.paths.segment(0)) && !done.getAndSet(true)) {
                long next = shard.view().segments().bases()[1];
                shard.state().retain(next, next, 0);
                Files.delete(path);
                Files.deleteIfExists(fixture.paths.index(0));
            }
        });
        append(shard, 1000);
        assertThat(done).isTrue();
        shard.close(true);
    }

    @Test
    void aRollThatFailsLeavesNoFileAndNoBytesBehind() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 1);
        for (String suffix : new String[] {".index", ".log"}) {
            intercepted.before((method, path) -> {
                if (method.equals("rename")
                        && path.toString().contains("next-")
                        && path.toString().endsWith(suffix.equals(".log") ? ".prepared" : suffix)) {
                    throw new IOException("no rename today");
                }
            });
            assertThatThrownBy(() -> append(shard, 300)).hasMessageContaining("no rename today");
            try (Stream<Path> files = Files.list(fixture.paths.directory())) {
                assertThat(files.map(file -> file.getFileName().toString())).noneMatch(ShardPaths::isPrepared);
            }
            assertThat(fixture.budget.allocatedBytes()).as("bytes accounted").isEqualTo(bytesOnDisk());
        }
        intercepted.before((method, path) -> {});
        append(shard, 300);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        shard.close(true);
    }

    @Test
    void aFileThatStandsWhereTheNextSegmentGoesIsNamedAndKept() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 1);
        byte[] foreign = "somebody's".getBytes(StandardCharsets.UTF_8);
        long[] end = {0};
        while (end[0] < 1000 && shard.view().segments().bases().length == 1) {
            end[0] = ShardFixture.append(shard, KILOBYTE) + 1;
            Path place = fixture.paths.segment(end[0]);
            Files.write(place, foreign);
            Path at = place;
            try {
                ShardFixture.append(shard, KILOBYTE);
            } catch (CometException.Damaged e) {
                assertThat(e).hasMessageContaining(at.toString());
                assertThat(at).hasBinaryContent(foreign);
                assertThatThrownBy(() -> ShardFixture.append(shard, KILOBYTE))
                        .isInstanceOf(CometException.Damaged.class);
                assertThat(at).hasBinaryContent(foreign);
                Files.delete(at);
                assertThat(ShardFixture.append(shard, KILOBYTE)).isEqualTo(end[0]);
                shard.close(true);
                return;
            }
            Files.delete(place);
        }
        throw new AssertionError("never rolled");
    }

    /// Ending a mapping takes a handshake with every thread, for which no appender should wait.
    @Test
    void anAppendThatFollowsAnotherProcesssRollEndsNoMapping() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 1);
        Shard other = fixture.open(ShardFixture.BOOT);
        append(other, 1);
        Segment old = other.view().segments().acquire(0).orElseThrow();
        old.release();
        append(shard, 600);
        // As housekeeping does with what is durable.
        other.view().segments().forget(0);
        append(other, 1);
        assertThat(old.memory().scope().isAlive()).as("right behind the append").isTrue();
        other.tick(0);
        assertThat(old.memory().scope().isAlive())
                .as("when housekeeping came by")
                .isFalse();
        other.close(false);
        shard.close(true);
    }

    @Test
    void aRollDoesNotWaitForAReaderThatMapsAnotherSegment() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.view().segments().forget(0);
        CountDownLatch mapping = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        intercepted.before((method, path) -> {
            if (method.equals("open") && path.equals(fixture.paths.segment(0))) {
                mapping.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<?> reader = threads.submit(() -> {
                shard.view().segments().acquire(0).orElseThrow().release();
                return null;
            });
            mapping.await();
            Future<?> writer = threads.submit(() -> append(shard, 600));
            try {
                assertThat(writer).succeedsWithin(10, TimeUnit.SECONDS);
            } finally {
                go.countDown();
            }
            reader.get(10, TimeUnit.SECONDS);
        }
        shard.close(true);
    }
}
