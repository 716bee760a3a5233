package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.Verify;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shard of which a force failed is written anew, and goes on.
class ShardCureTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;
    private Shard shard;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.time = time;
        shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "first");
        shard.sync();
    }

    @AfterEach
    void close() throws IOException {
        intercepted.before((method, path) -> {});
        shard.close(true);
        fixture.close();
    }

    private void failForces() {
        intercepted.before((method, path) -> {
            if (method.equals("force")) {
                throw new IOException("Input/output error");
            }
        });
    }

    private void poison() {
        ShardFixture.append(shard, "second");
        failForces();
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        shard.tick(time.nanoTime());
    }

    private void heal() {
        intercepted.before((method, path) -> {});
        awaitCure();
        assertThat(shard.state().poison()).isZero();
    }

    private void awaitCure() {
        time.advance(INTERVAL);
        shard.tick(time.nanoTime());
    }

    private Object inode(long base) throws IOException {
        return Files.getAttribute(fixture.paths.segment(base), "unix:ino");
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(fixture.paths.directory())) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    @Test
    void tenSecondsAfterAFailedForceTheShardIsInANewFileAndAppendsGoOn() throws IOException {
        poison();
        Object before = inode(0);
        intercepted.before((method, path) -> {});
        time.advance(INTERVAL.minusMillis(1));
        shard.tick(time.nanoTime());
        assertThatThrownBy(() -> ShardFixture.append(shard, "third")).isInstanceOf(CometException.Poisoned.class);

        time.advance(Duration.ofMillis(1));
        shard.tick(time.nanoTime());
        assertThat(inode(0)).isNotEqualTo(before);
        assertThat(shard.state().durableOffset()).isEqualTo(2);
        assertThat(ShardFixture.append(shard, "third")).isEqualTo(2);
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=first", "1=second", "2=third");
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(3);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aCureThatFailsLeavesNothingBehindAndIsTriedAgain() throws IOException {
        poison();
        for (int i = 0; i < 3; i++) {
            awaitCure();
            assertThat(shard.state().poison()).isNotZero();
            assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        }
        heal();
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=first", "1=second");
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aFullDiskPutsTheCureOff() throws IOException {
        poison();
        intercepted.before((method, path) -> {
            if (method.equals("write")) {
                throw new FileSystemException(path.toString(), null, "No space left on device");
            }
        });
        awaitCure();
        assertThatThrownBy(() -> ShardFixture.append(shard, "third")).isInstanceOf(CometException.Poisoned.class);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        heal();
        assertThat(ShardFixture.append(shard, "third")).isEqualTo(2);
    }

    @Test
    void everySegmentFromTheCheckpointsOnIsReplacedAndNoneBefore() throws IOException {
        List<String> expected = fill("a");
        shard.sync();
        expected.addAll(fill("b"));
        poison();
        expected.addFirst("0=first");
        expected.add(shard.state().endOffset() - 1 + "=second");
        long[] bases = shard.view().segments().bases();
        assertThat(bases).hasSizeGreaterThan(3);
        long checkpoint = shard.state().checkpoint().orElseThrow().segmentBase();
        assertThat(checkpoint).isPositive();
        List<Object> before = new ArrayList<>();
        for (long base : bases) {
            before.add(inode(base));
        }
        heal();
        for (int i = 0; i < bases.length; i++) {
            if (bases[i] < checkpoint) {
                assertThat(inode(bases[i])).as("segment %d", bases[i]).isEqualTo(before.get(i));
            } else {
                assertThat(inode(bases[i])).as("segment %d", bases[i]).isNotEqualTo(before.get(i));
            }
        }
        assertThat(ShardFixture.read(shard, 0)).isEqualTo(expected);
    }

    private List<String> fill(String letter) {
        List<String> appended = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String text = letter.repeat(1000) + i;
            appended.add(ShardFixture.append(shard, text) + "=" + text);
        }
        return appended;
    }

    @Test
    void whoHadMappedTheOldFileReadsAppendsAndSyncsTheNewOne() throws IOException {
        Shard other = fixture.open(ShardFixture.BOOT);
        assertThat(ShardFixture.append(other, "of the other")).isEqualTo(1);
        ShardReader reader = new ShardReader(other.view());
        poison();
        assertThat(ShardFixture.read(other, 0)).containsExactly("0=first", "1=of the other", "2=second");
        reader.seek(2);
        heal();
        ShardFixture.append(shard, "third");

        assertThat(ShardFixture.read(other, 2)).containsExactly("2=second", "3=third");
        assertThat(other.view().segments().acquire(0).orElseThrow().rewrites()).isEqualTo(1);
        assertThat(ShardFixture.append(other, "fourth")).isEqualTo(4);
        assertThat(ShardFixture.read(shard, 3)).containsExactly("3=third", "4=fourth");
    }

    @Test
    void aReaderInTheMiddleOfTheOldFileGoesOnInTheNewOne() throws IOException {
        poison();
        ShardReader reader = new ShardReader(shard.view());
        List<String> found = new ArrayList<>();
        assertThat(scan(reader, found)).isEqualTo(2);
        heal();
        ShardFixture.append(shard, "third");
        assertThat(scan(reader, found)).isEqualTo(1);
        assertThat(found).containsExactly("0", "1", "2");
    }

    private static int scan(ShardReader reader, List<String> found) {
        return reader.scan(
                10,
                Verify.CRC,
                (offset, micros, memory, position, length) -> found.add(Long.toString(offset)),
                gap -> found.add(gap.toString()));
    }

    @Test
    void whatOnlyTheNewFileHoldsIsForcedByWhoeverHadMappedTheOldOne() throws IOException {
        Path root = Files.createDirectory(directory.resolve("other"));
        Path shards = Files.createDirectory(root.resolve("shards"));
        Path after = root.resolve("after").resolve("shards");
        try (PowerCutStorage storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), shards, Set.of())) {
            InterceptedStorage failing = new InterceptedStorage(storage);
            try (ShardFixture cut = new ShardFixture(root, shards.resolve("0000"), failing.storage())) {
                cut.time = time;
                Shard one = cut.open(ShardFixture.BOOT);
                Shard other = cut.open(ShardFixture.BOOT);
                ShardFixture.append(one, "a");
                ShardFixture.append(other, "b");
                failing.before((method, path) -> {
                    if (method.equals("force")) {
                        throw new IOException("Input/output error");
                    }
                });
                assertThatThrownBy(one::sync).isInstanceOf(CometException.Poisoned.class);
                failing.before((method, path) -> {});
                one.tick(time.nanoTime());
                time.advance(INTERVAL);
                one.tick(time.nanoTime());
                ShardFixture.append(one, "c");
                // Its mapping of the segment is of the old file.
                other.sync();
                assertThat(other.state().durableOffset()).isEqualTo(3);
                cut(storage, after, 7);
            }
        }
        try (ShardFixture next =
                new ShardFixture(root.resolve("after"), after.resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
            Shard again = next.openInNewEpoch(ShardFixture.OTHER_BOOT);
            assertThat(ShardFixture.read(again, 0)).containsExactly("0=a", "1=b", "2=c");
            again.close(true);
        }
    }

    @Test
    void whoOpensAPoisonedShardNeedNotWait() throws IOException {
        poison();
        intercepted.before((method, path) -> {});
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThatThrownBy(() -> ShardFixture.append(again, "third")).isInstanceOf(CometException.Poisoned.class);
        again.tick(time.nanoTime());
        assertThat(ShardFixture.append(again, "third")).isEqualTo(2);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=first", "1=second", "2=third");
    }

    @Test
    void anEntryThatNoLongerVerifiesBecomesAGapAndItsFileIsKept() throws IOException {
        ShardFixture.append(shard, "spoilt");
        poison();
        try (FileChannel file = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'X'}), 64 + 12 + 5 + 12 + 2);
        }
        byte[] before = Files.readAllBytes(fixture.paths.segment(0));
        heal();
        assertThat(ShardFixture.append(shard, "third")).isEqualTo(3);
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=first", "1..2 DAMAGE", "2=second", "3=third");
        assertThat(fixture.paths.quarantine().resolve("00000000000000000000.log"))
                .hasBinaryContent(before);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void whatWasReservedForAFileInQuarantineThatCannotBeKeptIsGivenBack() throws IOException {
        ShardFixture.append(shard, "spoilt");
        poison();
        try (FileChannel file = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'X'}), 64 + 12 + 5 + 12 + 2);
        }
        intercepted.before((method, path) -> {
            if (method.equals("link")) {
                throw new IOException("Input/output error");
            }
        });
        for (int i = 0; i < 3; i++) {
            awaitCure();
            assertThat(shard.state().poison()).isNotZero();
            assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        }
        heal();
        assertThat(fixture.paths.quarantine().resolve("00000000000000000000.log"))
                .isRegularFile();
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aCureThatFailsRepairsNothingAsIfSomebodyHadDied() throws IOException {
        ShardFixture.append(shard, "spoilt");
        poison();
        try (FileChannel file = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'X'}), 64 + 12 + 5 + 12 + 2);
        }
        // Fails, since forces still do.
        awaitCure();
        assertThat(shard.state().poison()).isNotZero();
        assertThat(shard.state().lockWord()).isZero();
        heal();
        // Damage does not hide where the next entry goes, since nobody was inside: the segment takes it.
        assertThat(ShardFixture.append(shard, "third")).isEqualTo(3);
        assertThat(shard.state().activeBase()).isZero();
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=first", "1..2 DAMAGE", "2=second", "3=third");
        assertThat(shard.state().counters().get(ShardCounters.Counter.TAKE_OVERS))
                .isZero();
    }

    @Test
    void aBlockThatCannotBeReadCostsNoMoreThanItsEntries() throws IOException {
        List<String> expected = fill("a").subList(0, 100);
        poison();
        AtomicInteger reads = new AtomicInteger();
        intercepted.before((method, path) -> {
            if (method.equals("read") && path.equals(fixture.paths.segment(0)) && isCopying()) {
                // The whole chunk, and then one of the blocks that it consists of.
                int read = reads.getAndIncrement();
                if (read == 0 || read == 31) {
                    throw new IOException("Input/output error");
                }
            }
        });
        awaitCure();
        assertThat(reads).hasValueGreaterThan(31);
        assertThat(shard.state().poison()).isZero();
        List<String> found = ShardFixture.read(shard, 0);
        assertThat(found).containsAll(expected).anyMatch(entry -> entry.endsWith("DAMAGE"));
        assertThat(found).hasSizeGreaterThan(600 - 8).doesNotHaveDuplicates();
    }

    private static boolean isCopying() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(SegmentCopy.class.getName())));
    }

    @Test
    void whileAnotherProcessIsAtItsSyncTheCureWaitsForTheNextTime() throws IOException {
        poison();
        intercepted.before((method, path) -> {});
        try (Incarnations other = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            assertThat(shard.state().casSyncClaim(0, other.self())).isTrue();
            awaitCure();
            assertThat(shard.state().poison()).isNotZero();
        }
        // It died: its claim is nobody's.
        heal();
        assertThat(ShardFixture.append(shard, "third")).isEqualTo(2);
    }

    /// Killed at every step: the next process finds the same entries, and heals the shard.
    @Test
    void dyingAtAnyStepOfACureLosesNothing() throws IOException {
        boolean done = false;
        int step = 0;
        for (; !done; step++) {
            Path root = Files.createDirectories(directory.resolve("step" + step));
            Path shards = Files.createDirectories(root.resolve("shards"));
            done = cureUntil(step, root, shards, null, 0);
            try (ShardFixture next =
                    new ShardFixture(root, shards.resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
                next.time = time;
                Shard again = next.openInNewEpoch(ShardFixture.BOOT);
                assertThat(ShardFixture.read(again, 0)).as("step %d", step).hasSize(601);
                again.tick(time.nanoTime());
                assertThat(ShardFixture.append(again, "next"))
                        .as("step %d", step)
                        .isEqualTo(601);
                assertThat(next.paths.quarantine()).doesNotExist();
                // The segment that was announced is anybody's who needs one.
                long announced = again.state().preparedNonce();
                again.close(true);
                try (Stream<Path> files = Files.list(next.paths.directory())) {
                    assertThat(files.map(file -> String.valueOf(file.getFileName()))
                                    .filter(ShardPaths::isPrepared)
                                    .filter(name -> ShardPaths.preparedNonce(name) != announced))
                            .as("step %d", step)
                            .isEmpty();
                }
            }
        }
        assertThat(step).isGreaterThan(10);
    }

    /// The power goes at every step: what was durable is there, and of the rest a beginning.
    @Test
    void aPowerCutAtAnyStepOfACureLosesNothingThatWasDurable() throws IOException {
        boolean done = false;
        int step = 0;
        for (; !done; step++) {
            for (int seed = 0; seed < 3; seed++) {
                Path root = Files.createDirectories(directory.resolve("cut" + step + "-" + seed));
                Path shards = Files.createDirectories(root.resolve("shards"));
                Path left = root.resolve("left").resolve("shards");
                done = cureUntil(step, root, shards, left, seed);
                try (ShardFixture next = new ShardFixture(
                        root.resolve("left"), left.resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
                    Shard again = next.openInNewEpoch(ShardFixture.OTHER_BOOT);
                    List<String> kept = ShardFixture.read(again, 0);
                    assertThat(kept).as("step %d, seed %d", step, seed).hasSizeGreaterThanOrEqualTo(done ? 601 : 1);
                    for (int i = 0; i < kept.size(); i++) {
                        assertThat(kept.get(i)).startsWith(i + "=");
                    }
                    again.close(true);
                }
                PowerCutStorage.deleteTree(root);
            }
        }
        assertThat(step).isGreaterThan(10);
    }

    /// Poisons a shard of 601 entries in several segments, of which one is durable, and cuts its cure off at the
    /// n-th call; true if it came to its end.
    ///
    /// @param left where what survives is put; null for a kill, which leaves the files as they are
    private boolean cureUntil(int step, Path root, Path shards, @Nullable Path left, int seed) throws IOException {
        try (PowerCutStorage storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), shards, Set.of())) {
            InterceptedStorage failing = new InterceptedStorage(storage);
            try (ShardFixture dying = new ShardFixture(root, shards.resolve("0000"), failing.storage())) {
                dying.time = time;
                Shard sick = dying.open(ShardFixture.BOOT);
                ShardFixture.append(sick, "durable");
                sick.sync();
                for (int i = 0; i < 600; i++) {
                    ShardFixture.append(sick, "x".repeat(1000) + i);
                }
                failing.before((method, path) -> {
                    if (method.equals("force")) {
                        throw new IOException("Input/output error");
                    }
                });
                assertThatThrownBy(sick::sync).isInstanceOf(CometException.Poisoned.class);
                failing.before((method, path) -> {});
                sick.tick(time.nanoTime());
                time.advance(INTERVAL);
                boolean[] isCut = {false};
                storage.cutAtCall(step, () -> {
                    isCut[0] = true;
                    cut(storage, left, seed);
                });
                sick.tick(time.nanoTime());
                boolean done = !isCut[0];
                storage.dontCut();
                if (done) {
                    assertThat(sick.state().poison()).isZero();
                    cut(storage, left, seed);
                }
                return done;
            }
        }
    }

    private static void cut(PowerCutStorage storage, @Nullable Path left, int seed) {
        if (left != null) {
            try {
                Files.createDirectories(left.getParent());
                storage.cut(new Random(seed), new DiskStorage(FilesMode.DEFAULT), left);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
