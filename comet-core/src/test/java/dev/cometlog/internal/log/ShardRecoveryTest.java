package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardRecoveryTest {
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

    /// Leaves the shard as a process does that was killed: nothing is synced, closed or swept.
    private void appendAndDie(BootId boot, String... texts) {
        Shard shard = fixture.open(boot);
        for (String text : texts) {
            ShardFixture.append(shard, text);
        }
    }

    @Test
    void afterACleanCloseOffsetsGoOnWithoutAJump() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.close(true);

        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(ShardFixture.append(again, "b")).isEqualTo(1);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=a", "1=b");
        again.close(true);
    }

    @Test
    void afterAKillOnTheSameBootNothingIsLostAndOffsetsGoOn() throws IOException {
        appendAndDie(ShardFixture.BOOT, "a", "b", "c");
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "d")).isEqualTo(3);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=a", "1=b", "2=c", "3=d");
        again.close(true);
    }

    @Test
    void afterAPowerLossOffsetsThatMayHaveBeenHandedOutAreNotReused() throws IOException {
        appendAndDie(ShardFixture.BOOT, "a", "b");
        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(again.state().endOffset()).isEqualTo(2);
        long next = ShardFixture.append(again, "c");
        assertThat(next).isGreaterThanOrEqualTo(ShardSync.RESERVED_AHEAD);
        assertThat(ShardFixture.read(again, 0))
                .containsExactly("0=a", "1=b", "2.." + next + " POWER_LOSS", next + "=c");
        assertThat(again.state().counters().get(ShardCounters.Counter.LOST)).isEqualTo(next - 2);
        again.close(true);
    }

    @Test
    void afterAPowerLossTheTailIsCutAtTheFirstHole() throws IOException {
        appendAndDie(ShardFixture.BOOT, "aaaa", "bbbb", "cccc");
        // "bbbb" never reached the disk.
        overwrite(fixture.paths.segment(0), 64 + 12 + 4 + 12, new byte[4]);
        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(again.state().endOffset()).isEqualTo(1);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=aaaa");
        long next = ShardFixture.append(again, "dddd");
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=aaaa", "1.." + next + " POWER_LOSS", next + "=dddd");
        again.close(true);
    }

    @Test
    void belowTheDurableOffsetNothingIsCut() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "aaaa");
        ShardFixture.append(shard, "bbbb");
        ShardFixture.append(shard, "cccc");
        shard.sync();
        overwrite(fixture.paths.segment(0), 64 + 12 + 4 + 12, new byte[4]);
        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(again.state().endOffset()).isEqualTo(3);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=aaaa", "1..2 DAMAGE", "2=cccc");
        again.close(true);
    }

    @Test
    void aSealThatIsTornIsNoSealAndIsMadeAnew() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        do {
            ShardFixture.append(shard, payload);
        } while (shard.view().segments().bases().length == 1);
        long end = shard.state().activeBase();
        int seal = positionBehind(shard, end);
        // Its length word reached the disk, its body did not; neither did the name of the next segment.
        overwrite(fixture.paths.segment(0), seal + 12, new byte[8]);
        Files.delete(fixture.paths.segment(end));
        fixture.storage.delete(fixture.paths.index(end));

        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(again.state().endOffset()).isEqualTo(end);
        Segment first = again.view().segments().acquire(0).orElseThrow();
        FrameWalker walker = new FrameWalker(first, seal, end, first.capacity());
        assertThat(walker.next()).as("the seal verifies").isTrue();
        assertThat(walker.isAtSeal()).isTrue();
        assertThat(walker.sealedEnd()).isEqualTo(end);
        first.release();
        again.close(true);
    }

    private static int positionBehind(Shard shard, long end) throws IOException {
        Segment first = shard.view().segments().acquire(0).orElseThrow();
        FrameWalker walker = new FrameWalker(first, SegmentHeader.LENGTH, 0, first.capacity());
        walker.walkTo(end);
        first.release();
        assertThat(walker.offset()).isEqualTo(end);
        return walker.position();
    }

    @Test
    void recoveringTwiceChangesNothing() throws IOException {
        appendAndDie(ShardFixture.BOOT, "a", "b");
        Shard first = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        List<String> read = ShardFixture.read(first, 0);
        Shard second = fixture.openInNewEpoch(new BootId(5, 6));
        assertThat(ShardFixture.read(second, 0)).isEqualTo(read);
        assertThat(second.state().endOffset()).isEqualTo(2);
        assertThat(ShardFixture.append(second, "c")).isGreaterThanOrEqualTo(ShardSync.RESERVED_AHEAD);
        second.close(true);
    }

    @Test
    void withoutItsStatePageAShardKeepsEveryEntryUnderItsOffset() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, payload + i);
        }
        List<String> before = ShardFixture.read(shard, 0);
        shard.close(true);
        Files.delete(fixture.paths.state());

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).isEqualTo(before);
        assertThat(again.state().endOffset()).isEqualTo(1000);
        assertThat(ShardFixture.append(again, "next")).isEqualTo(1000 + ShardSync.RESERVED_AHEAD);
        again.close(true);
    }

    /// The page that is made in place of a lost one says nothing of the segments until the recovery is through.
    @Test
    void dyingRightAfterALostStatePageWasMadeAgainLosesNothing() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, payload + i);
        }
        shard.close(true);
        long secondBase = shard.view().segments().bases()[1];
        // The first segment has expired, so no segment starts at 0.
        Files.delete(fixture.paths.segment(0));
        Files.delete(fixture.paths.state());
        ShardFiles.createState(fixture.context(ShardFixture.BOOT), fixture.id, fixture.paths);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(again.state().endOffset()).isEqualTo(1000);
        assertThat(ShardFixture.read(again, secondBase)).hasSize((int) (1000 - secondBase));
        assertThat(ShardFixture.append(again, "next")).isEqualTo(1000 + ShardSync.RESERVED_AHEAD);
        again.close(true);
    }

    @Test
    void aStatePageThatIsLostWhileAnotherProcessIsAliveIsAnErrorAndNotRebuilt() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        Files.delete(fixture.paths.state());

        try (Incarnations other = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            assertThat(other.anyoneElseAlive()).isTrue();
            assertThatThrownBy(() -> fixture.open(ShardFixture.BOOT))
                    .isInstanceOf(CometException.Damaged.class)
                    .hasMessageContaining(fixture.paths.state().toString())
                    .hasMessageContaining("another process");
            assertThat(fixture.paths.state()).doesNotExist();
            assertThat(ShardFixture.append(shard, "b")).isEqualTo(1);
        }

        // Once the others are gone the segments tell what there was.
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "c")).isGreaterThan(1L << 30);
        assertThat(ShardFixture.read(again, 0)).contains("0=a", "1=b");
        again.close(true);
    }

    @Test
    void dyingAtAnyStepOfTheFirstAppendCostsNoOffsets() throws IOException {
        boolean done = false;
        for (int step = 0; !done; step++) {
            Path root = directory.resolve("step" + step);
            Path shards = Files.createDirectories(root.resolve("shards"));
            try (PowerCutStorage storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), shards, Set.of());
                    ShardFixture dying = new ShardFixture(root, shards.resolve("0000"), storage)) {
                storage.cutAtCall(step, () -> {});
                try {
                    ShardFixture.append(dying.open(ShardFixture.BOOT), "a");
                    done = true;
                } catch (PowerCutStorage.PowerCut e) {
                    assertThat(step).isLessThan(100);
                } finally {
                    storage.dontCut();
                }
            }
            try (ShardFixture next =
                    new ShardFixture(root, shards.resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
                Shard again = next.openInNewEpoch(ShardFixture.BOOT);
                assertThat(ShardFixture.append(again, "b")).as("step %d", step).isEqualTo(done ? 1 : 0);
                again.close(true);
            }
        }
    }

    @Test
    void dyingRightAfterTheFirstSegmentGotItsNameCostsNoOffsets() throws IOException {
        Path shards = Files.createDirectories(directory.resolve("shards"));
        try (PowerCutStorage storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), shards, Set.of());
                ShardFixture dying = new ShardFixture(directory, shards.resolve("0000"), storage)) {
            storage.cutBehindRename(dying.paths.segment(0));
            Shard shard = dying.open(ShardFixture.BOOT);
            assertThatThrownBy(() -> ShardFixture.append(shard, "a")).isInstanceOf(PowerCutStorage.PowerCut.class);
            assertThat(dying.paths.segment(0)).exists();
            storage.dontCut();
        }
        try (ShardFixture next =
                new ShardFixture(directory, shards.resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
            Shard again = next.openInNewEpoch(ShardFixture.BOOT);
            assertThat(ShardFixture.append(again, "b")).isEqualTo(0);
            again.close(true);
        }
    }

    @Test
    void whatIsMovedToQuarantineReplacesNothingThere() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.close(true);
        Path quarantine = Files.createDirectory(fixture.paths.quarantine());
        String name = "00000000000000000005.log";
        Files.writeString(quarantine.resolve(name), "earlier");
        Files.writeString(fixture.paths.directory().resolve(name), "no segment");

        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(quarantine.resolve(name)).hasContent("earlier");
        assertThat(quarantine.resolve(name + ".1")).hasContent("no segment");
        again.close(true);
    }

    @Test
    void oneWhoOnlyReadsAfterAPowerLossSeesWhatRecoveryWouldKeepAndChangesNothing() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.sync();
        ShardFixture.append(shard, "b");
        ShardFixture.append(shard, "torn");
        // The last entry did not reach the disk whole; the page that tells of it did.
        long last = shard.state().writePosition() - 1;
        overwrite(fixture.paths.segment(0), last, new byte[1]);
        byte[] page = Files.readAllBytes(fixture.paths.state());

        ShardContext context = fixture.context(ShardFixture.OTHER_BOOT);
        Segments segments = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        ShardState state =
                new ReadOnlyState(context.storage(), context.boot(), fixture.id, fixture.paths).open(segments);
        ShardView view = new ShardView(fixture.id, fixture.paths, fixture.storage, state, segments);
        assertThat(state.endOffset()).isEqualTo(2);
        assertThat(ShardFixture.read(view, 0)).containsExactly("0=a", "1=b");
        segments.close();
        state.close();
        assertThat(fixture.paths.state()).hasBinaryContent(page);
    }

    @Test
    void oneWhoOnlyReadsAfterAKillSeesEverything() throws IOException {
        appendAndDie(ShardFixture.BOOT, "a", "b");
        Segments segments = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        ShardState state =
                new ReadOnlyState(fixture.storage, ShardFixture.BOOT, fixture.id, fixture.paths).open(segments);
        assertThat(state.endOffset()).isEqualTo(2);
        segments.close();
        state.close();
    }

    /// Copied while it was appended to: an early segment before its last entries, the page after them.
    @Test
    void aCopyEndsWhereASegmentWasNotCopiedWholeAndHasNoGap() throws IOException {
        long second = appendSegments();
        int whole = positionOf(100);
        int torn = positionOf(101);
        try (ShardFixture copy = copy()) {
            // Up to the middle of an entry; then nothing, then what came while the next part was copied.
            overwrite(copy.paths.segment(0), torn - 10, new byte[100_000]);
            ShardState read = readOnly(copy);
            assertThat(read.endOffset()).isEqualTo(100);
            read.close();

            Shard shard = copy.openInNewEpoch(ShardFixture.BOOT);
            assertThat(shard.state().endOffset()).isEqualTo(100);
            assertThat(shard.view().segments().bases()).containsExactly(0);
            long next = ShardFixture.append(shard, "next");
            assertThat(next).as("not below what the original handed out").isGreaterThan(second);
            assertThat(ShardFixture.read(shard, 99)).last().isEqualTo(next + "=next");
            assertThat(whole).isLessThan(torn);
            shard.close(true);
        }
    }

    /// The last segment had another name when the names were read, and its own when the page was copied.
    @Test
    void aCopyThatMissesTheSegmentOfTheLastCheckpointEndsBeforeIt() throws IOException {
        appendSegments();
        Shard original = fixture.open(ShardFixture.BOOT);
        original.sync();
        long last = original.state().activeBase();
        try (ShardFixture copy = copy()) {
            Files.delete(copy.paths.segment(last));
            Shard shard = copy.openInNewEpoch(ShardFixture.BOOT);
            assertThat(shard.state().endOffset()).isEqualTo(last);
            assertThat(ShardFixture.read(shard, 0)).hasSize((int) last).noneMatch(told -> told.contains("DAMAGE"));
            shard.close(true);
        }
    }

    @Test
    void aCopyKeepsWhatLiesBehindDamage() throws IOException {
        appendSegments();
        int middle = positionOf(100) + 30;
        try (ShardFixture copy = copy()) {
            overwrite(copy.paths.segment(0), middle, new byte[4]);
            Shard shard = copy.openInNewEpoch(ShardFixture.BOOT);
            assertThat(shard.state().endOffset()).isEqualTo(1000);
            assertThat(ShardFixture.read(shard, 0)).hasSize(1000).contains("100..101 DAMAGE");
            shard.close(true);
        }
    }

    @Test
    void aCopyOfALogThatWasClosedGoesOnWithoutAJump() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.close(true);
        try (ShardFixture copy = copy()) {
            Shard copied = copy.openInNewEpoch(ShardFixture.BOOT);
            assertThat(ShardFixture.append(copied, "b")).isEqualTo(1);
            copied.close(true);
            Shard again = copy.openInNewEpoch(ShardFixture.BOOT);
            assertThat(ShardFixture.read(again, 0)).containsExactly("0=a", "1=b");
            again.close(true);
        }
    }

    /// Appends 1000 entries to several segments and dies; returns where the second one starts.
    private long appendSegments() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, "x".repeat(1000) + i);
        }
        long[] bases = shard.view().segments().bases();
        assertThat(bases).hasSizeGreaterThan(2);
        return bases[1];
    }

    /// Where the entry at `offset` starts in the first segment.
    private int positionOf(long offset) throws IOException {
        Segments segments = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        Segment first = segments.acquire(0).orElseThrow();
        FrameWalker walker = new FrameWalker(first, SegmentHeader.LENGTH, 0, first.capacity());
        walker.walkTo(offset);
        first.release();
        segments.close();
        return walker.position();
    }

    private ShardFixture copy() throws IOException {
        Path to = Files.createDirectories(directory.resolve("copy"));
        Path shard = Files.createDirectory(to.resolve("0000"));
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            for (Path file : files.toList()) {
                Files.copy(file, shard.resolve(file.getFileName()));
            }
        }
        return new ShardFixture(to);
    }

    private static ShardState readOnly(ShardFixture fixture) throws IOException {
        Segments segments = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        try {
            return new ReadOnlyState(fixture.storage, ShardFixture.BOOT, fixture.id, fixture.paths).open(segments);
        } finally {
            segments.close();
        }
    }

    @Test
    void aTruncatedStatePageCountsAsLost() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.close(true);
        try (FileChannel file = FileChannel.open(fixture.paths.state(), StandardOpenOption.WRITE)) {
            file.truncate(100);
        }
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=a");
        again.close(true);
    }

    @Test
    void aStatePageFromAnEarlierTimeIsNotBelieved() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        byte[] early = Files.readAllBytes(fixture.paths.state());
        ShardFixture.append(shard, "b");
        ShardFixture.append(shard, "c");
        Files.write(fixture.paths.state(), early);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).startsWith("0=a", "1=b", "2=c");
        assertThat(ShardFixture.append(again, "d")).isGreaterThan(2);
        again.close(true);
    }

    @Test
    void withoutIndexesEverythingIsStillFound() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        for (int i = 0; i < 1000; i++) {
            ShardFixture.append(shard, payload + i);
        }
        shard.close(true);
        try (var files = Files.list(fixture.paths.directory())) {
            for (Path index :
                    files.filter(file -> file.toString().endsWith(".index")).toList()) {
                Files.delete(index);
            }
        }
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 777).getFirst()).isEqualTo("777=" + payload + 777);
        assertThat(ShardFixture.append(again, "next")).isEqualTo(1000);
        again.close(true);
    }

    private static void overwrite(Path file, long position, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }
}
