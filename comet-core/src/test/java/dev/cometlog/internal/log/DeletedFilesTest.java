package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A deleted file takes its room for as long as any process has it open or mapped.
class DeletedFilesTest {
    private static final String KILOBYTE = "x".repeat(1000);
    private static final Duration TICK = Duration.ofMillis(100);

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.time = time;
        fixture.background = task -> {};
        fixture.streamSettings = new TreeMap<>(Map.of(StreamSettings.MAX_SHARD_BYTES, "1048576"));
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

    /// Deleted files of the log that this process keeps on the disk, as the kernel tells.
    private long heldDeleted() throws IOException {
        long held;
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            held = mappings.filter(this::isDeletedOfOurs).count();
        }
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                held += Files.isSymbolicLink(descriptor)
                                && isDeletedOfOurs(
                                        Files.readSymbolicLink(descriptor).toString())
                        ? 1
                        : 0;
            }
        }
        return held;
    }

    private boolean isDeletedOfOurs(String line) {
        return line.contains(directory.getFileName().toString()) && line.contains("(deleted)");
    }

    private void tick(Shard shard) {
        time.advance(TICK);
        shard.tick(time.nanoTime());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessThatOnlyWaitsLetsGoOfWhatAnotherDeletesWithinOneTick() throws IOException {
        Shard idle = fixture.open(ShardFixture.BOOT);
        append(idle, 1);
        Shard busy = fixture.open(ShardFixture.BOOT);
        assertThat(ShardFixture.read(idle, 0)).hasSize(1);
        append(busy, 3000);
        assertThat(fixture.paths.segment(0)).doesNotExist();
        assertThat(heldDeleted()).isPositive();

        tick(idle);
        assertThat(heldDeleted()).isZero();

        assertThat(ShardFixture.append(idle, KILOBYTE)).isEqualTo(3001);
        idle.close(false);
        busy.close(true);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPreparedSegmentThatAnotherTookIsLetGoOfToo() throws IOException {
        fixture.background = Runnable::run;
        Shard idle = fixture.open(ShardFixture.BOOT);
        // Half full: the next one is prepared and announced.
        append(idle, 150);
        Shard busy = fixture.open(ShardFixture.BOOT);
        append(busy, 3000);

        tick(idle);
        assertThat(heldDeleted()).isZero();
        idle.close(false);
        busy.close(true);
    }

    /// Lets the next `times` attempts to make a segment fail as on a full disk.
    private AtomicInteger failSegments(int times) {
        AtomicInteger left = new AtomicInteger(times);
        intercepted.before((method, path) -> {
            if (method.equals("write") && path.toString().endsWith(".prepared") && left.getAndDecrement() > 0) {
                throw new IOException("No space left on device");
            }
        });
        return left;
    }

    @Test
    void anAppendWaitsForTheRoomOfDeletedFilesThatOthersStillHold() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 3000);
        assertThat(shard.state().startOffset()).isPositive();
        AtomicInteger left = failSegments(5);
        append(shard, 600);
        assertThat(left.get()).as("attempts left to fail").isNegative();
        assertThat(shard.state().counters().get(ShardCounters.Counter.REFUSED)).isZero();
        shard.close(true);
    }

    @Test
    void anAppendDoesNotWaitForRoomThatNothingWillGiveBack() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 3000);
        time.advance(Duration.ofSeconds(3));
        // From now on nothing has to be deleted.
        fixture.streamSettings.put(StreamSettings.MAX_SHARD_BYTES, "10485760");
        fixture.refreshSettings();
        AtomicInteger left = failSegments(5);
        assertThatThrownBy(() -> append(shard, 600)).isInstanceOf(CometException.DiskFull.class);
        assertThat(left.get()).as("attempts left to fail").isEqualTo(4);
        shard.close(true);
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            return files.mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    @Test
    void aReaderMakesNoIndexForASegmentThatIsBeingDeleted() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.sync();
        Segments fresh = new Segments(fixture.storage, fixture.id, fixture.paths, fixture.budget);
        Path index = fixture.paths.index(0);
        AtomicInteger looks = new AtomicInteger();
        intercepted.before((method, path) -> {
            // The segment is mapped, and its index about to be opened.
            if (method.equals("kind") && path.equals(index) && looks.getAndIncrement() == 0) {
                shrinkTo(shard, 65536);
            }
        });
        fresh.acquire(0).orElseThrow().release();
        assertThat(looks.get()).isPositive();
        assertThat(fixture.paths.segment(0)).doesNotExist();
        assertThat(index).doesNotExist();
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        fresh.close();
        shard.close(true);
    }

    @Test
    void anIndexThatAppearsWhileItsSegmentIsDeletedGoesToo() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.sync();
        Segments fresh = new Segments(fixture.storage, fixture.id, fixture.paths, fixture.budget);
        Path index = fixture.paths.index(0);
        Files.delete(index);
        fixture.budget.release(1);
        AtomicInteger renames = new AtomicInteger();
        intercepted.before((method, path) -> {
            if (method.equals("rename") && path.toString().contains(".index.tmp-") && renames.getAndIncrement() == 0) {
                shrinkTo(shard, 65536);
            }
        });
        fresh.acquire(0).orElseThrow().release();
        assertThat(renames.get()).isEqualTo(1);
        assertThat(fixture.paths.segment(0)).doesNotExist();
        assertThat(index).doesNotExist();
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        fresh.close();
        shard.close(true);
    }

    private void shrinkTo(Shard shard, long bytes) {
        fixture.streamSettings.put(StreamSettings.MAX_SHARD_BYTES, Long.toString(bytes));
        fixture.refreshSettings();
        assertThat(shard.retain(false).segments()).isPositive();
    }

    @Test
    void anIndexThatIsMadeAgainIsAccountedFor() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.close(true);
        // As a recount finds it.
        Files.delete(fixture.paths.index(0));
        fixture.budget.release(1);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());

        Shard again = fixture.open(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).hasSize(600);
        assertThat(fixture.paths.index(0)).exists();
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        again.close(true);
    }

    @Test
    void aSegmentIsReadThoughItsIndexIsGoneAndTheDiskIsFull() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.close(true);
        Files.delete(fixture.paths.index(0));
        Shard again = fixture.open(ShardFixture.BOOT);
        AtomicInteger failed = new AtomicInteger();
        intercepted.before((method, path) -> {
            if (method.equals("write")) {
                failed.incrementAndGet();
                throw new IOException("No space left on device");
            }
        });
        assertThat(ShardFixture.read(again, 0)).hasSize(600);
        assertThat(failed.get()).isPositive();
        intercepted.before((method, path) -> {});
        again.close(true);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aReadOnlyReaderLetsGoOfDeletedSegmentsToo() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 600);
        shard.sync();
        Segments others = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        ShardView view = new ShardView(fixture.id, fixture.paths, fixture.storage, shard.state(), others);
        assertThat(ShardFixture.read(view, 0)).hasSize(600);
        shrinkTo(shard, 65536);
        tick(shard);
        assertThat(heldDeleted()).isPositive();

        view.tick(time.nanoTime());
        assertThat(heldDeleted()).isZero();
        others.close();
        shard.close(true);
    }
}
