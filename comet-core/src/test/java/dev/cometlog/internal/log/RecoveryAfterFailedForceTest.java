package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A force that failed has left pages in the cache that count as clean and are not on the disk. What recovery calls
/// durable is there all the same after the power was cut, although nobody remembers the failure.
class RecoveryAfterFailedForceTest {
    private static final int ENTRIES = 600;
    private static final int IDENTITY_POSITION = 8;
    private static final int END_OFFSET_POSITION = 192;

    @TempDir
    Path directory;

    private Path shards;
    private PowerCutStorage storage;
    private ShardFixture fixture;

    @BeforeEach
    void appendWhatIsNotDurable() throws IOException {
        Path root = Files.createDirectories(directory.resolve("before"));
        shards = Files.createDirectories(root.resolve("shards"));
        storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), shards, Set.of());
        fixture = new ShardFixture(root, shards.resolve("0000"), storage);
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "durable");
        shard.sync();
        for (int i = 1; i < ENTRIES; i++) {
            ShardFixture.append(shard, "x".repeat(1000));
        }
        // And dies.
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
        storage.close();
    }

    private void failForces() {
        storage.device(path -> {
            throw new IOException("Input/output error");
        });
    }

    private void failASync() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        failForces();
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        storage.device(path -> true);
    }

    private void overwriteState(int position) throws IOException {
        try (StorageFile page = storage.open(fixture.paths.state(), Storage.Access.WRITE)) {
            page.write(position, new byte[] {-1, -1, -1, -1, -1, -1}, 0, 6);
        }
    }

    private void recoverAndCutThePower(BootId boot) throws IOException {
        Shard again = fixture.openInNewEpoch(boot);
        assertThat(again.state().poison()).isZero();
        assertThat(again.state().durableOffset()).isEqualTo(ENTRIES);
        for (int seed = 0; seed < 3; seed++) {
            Path after = directory.resolve("after" + seed);
            Files.createDirectories(after);
            storage.cut(new Random(seed), new DiskStorage(FilesMode.DEFAULT), after.resolve("shards"));
            try (ShardFixture next = new ShardFixture(
                    after, after.resolve("shards").resolve("0000"), new DiskStorage(FilesMode.DEFAULT))) {
                Shard found = next.openInNewEpoch(ShardFixture.OTHER_BOOT);
                assertThat(ShardFixture.read(found, 0))
                        .as("seed %d", seed)
                        .hasSize(ENTRIES)
                        .noneMatch(entry -> entry.contains(".."));
                found.close(true);
            }
        }
    }

    @Test
    void thoughTheStatePageIsLost() throws IOException {
        failASync();
        storage.delete(fixture.paths.state());
        recoverAndCutThePower(ShardFixture.BOOT);
    }

    @Test
    void thoughTheStatePageIsDamaged() throws IOException {
        failASync();
        overwriteState(IDENTITY_POSITION);
        recoverAndCutThePower(ShardFixture.BOOT);
    }

    @Test
    void thoughNothingButItsCheckpointIsBelieved() throws IOException {
        failASync();
        overwriteState(END_OFFSET_POSITION);
        recoverAndCutThePower(ShardFixture.BOOT);
    }

    @Test
    void thoughItWasRecoveryItselfThatFailedBefore() throws IOException {
        failForces();
        assertThatThrownBy(() -> fixture.openInNewEpoch(ShardFixture.OTHER_BOOT))
                .isInstanceOf(CometException.IoFailure.class);
        storage.device(path -> true);
        recoverAndCutThePower(ShardFixture.OTHER_BOOT);
    }
}
