package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Room at `maxTotalBytes` that another process makes while this one looks for some.
class SharedRoomTest {
    private static final String KILOBYTE = "x".repeat(1000);
    private static final long BOUND = 8 << 20;
    private static final int ENTRIES = 3000;
    private static final long SEGMENT = 256 * 1024;

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private ShardFixture fixture;
    private Shard shard;
    private Shard behind;
    private Retention retention;
    private Runnable onLookAtGroups = () -> {};

    @BeforeEach
    void fill() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        ManualTime time = new ManualTime();
        fixture.time = time;
        fixture.background = task -> {};
        fixture.groups = (id, paths) -> {
            onLookAtGroups.run();
            return List.of();
        };
        fixture.budget = new DiskBudget(
                fixture.directoryState,
                fixture.storage,
                directory,
                new DiskBudget.Bounds(BOUND, 0),
                SpacePolicy.refuse());
        shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < ENTRIES; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
        behind = Shard.open(
                fixture.context(ShardFixture.BOOT),
                ShardId.of("other:v1", 0, 1),
                new ShardPaths(directory.resolve("behind")));
        retention = new Retention(
                () -> List.of(shard, behind),
                fixture.budget,
                new ClockSteps(fixture.directoryState, time, ShardFixture.BOOT),
                time);
    }

    @AfterEach
    void release() throws IOException {
        intercepted.before((method, path) -> {});
        shard.close(false);
        behind.close(true);
        fixture.close();
    }

    /// Leaves less than a segment.
    private void fillUp() {
        fixture.budget.correct(-fixture.budget.bytesOverBound() - SEGMENT / 2);
    }

    private void makeRoom() {
        retention.makeRoom(fixture.budget, new SpacePolicy.Request(fixture.id, shard.settings(), SEGMENT, true));
    }

    /// As the holder of the shard's lock in another process, which has not come to deleting the files.
    private void anotherGivesUpAllThatIsSealed() {
        ShardState state = shard.state();
        state.retain(state.activeBase(), state.activeBase(), 0);
    }

    private void anotherDeletes() {
        try (var files = Files.newDirectoryStream(fixture.paths.directory(), "*.log")) {
            for (Path file : files) {
                if (!file.equals(fixture.paths.segment(shard.state().activeBase()))) {
                    long bytes = Files.size(file);
                    Files.delete(file);
                    fixture.budget.release(bytes);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Once this process has written the checkpoint without which nothing may go, and looks after another shard's
    /// before it looks what may.
    private void onceTheCheckpointIsNew(Runnable work) {
        AtomicInteger times = new AtomicInteger();
        intercepted.before((method, path) -> {
            boolean isNew =
                    shard.state().checkpoint().map(Checkpoint::segmentBase).orElse(Checkpoint.NO_SEGMENT)
                            == shard.state().activeBase();
            if (isNew && path.endsWith("behind") && times.getAndIncrement() == 0) {
                work.run();
            }
        });
    }

    @Test
    void whatAnotherHasGivenUpMeanwhileAndNotDeletedYetIsRoomToo() {
        fillUp();
        onceTheCheckpointIsNew(this::anotherGivesUpAllThatIsSealed);
        makeRoom();
        assertThat(shard.state().startOffset()).isEqualTo(shard.state().activeBase());
    }

    @Test
    void whatAnotherHasDeletedMeanwhileIsRoomToo() {
        fillUp();
        onceTheCheckpointIsNew(() -> {
            anotherGivesUpAllThatIsSealed();
            anotherDeletes();
        });
        makeRoom();
        assertThat(shard.state().startOffset()).isEqualTo(shard.state().activeBase());
    }

    @Test
    void nothingGoesIfThereIsRoomByThen() {
        shard.sync();
        fillUp();
        AtomicInteger looks = new AtomicInteger();
        intercepted.before((method, path) -> {
            // The first look was in vain.
            if (method.equals("usableBytes") && looks.incrementAndGet() == 2) {
                fixture.budget.release(4 * SEGMENT);
            }
        });
        makeRoom();
        assertThat(looks.get()).isGreaterThan(1);
        assertThat(shard.state().startOffset()).isZero();
    }

    @Test
    void aRunDeletesNothingInPlaceOfWhatAnotherHasGivenUpAndNotDeletedYet() throws IOException {
        shard.sync();
        long second = shard.retention().sealed().getFirst().next();
        fixture.budget.correct(-fixture.budget.bytesOverBound() + 1);
        AtomicInteger looks = new AtomicInteger();
        onLookAtGroups = () -> {
            // A run of the shard comes first, and has deleted what there was to delete.
            if (looks.getAndIncrement() == 0) {
                shard.state().retain(second, second, 0);
            }
        };
        Retained _ = retention.run(false);
        assertThat(shard.state().startOffset()).isEqualTo(second);
        assertThat(fixture.paths.segment(0)).doesNotExist();
    }

    @Test
    void whereNothingMayGoAndNobodyMakesRoomItIsRefused() {
        anotherGivesUpAllThatIsSealed();
        anotherDeletes();
        fillUp();
        assertThatThrownBy(this::makeRoom).isInstanceOf(CometException.LogFull.class);
    }
}
