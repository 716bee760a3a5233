package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A reader at damage in the active segment, while the lock word names a process that died and nobody appends who would
/// take it over.
class DamageUnderHolderTest {
    /// In the payload of the entry at offset 1, behind one of a byte.
    private static final int SPOILT_POSITION = 64 + 12 + 1 + 12;

    @TempDir
    Path directory;

    private ShardFixture fixture;
    private Shard shard;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory);
        shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        ShardFixture.append(shard, "b");
        ShardFixture.append(shard, "c");
    }

    @AfterEach
    void close() throws IOException {
        shard.close(true);
        fixture.close();
    }

    private void spoilTheSecondEntryAndDieInside() throws IOException {
        try (FileChannel file = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'X'}), SPOILT_POSITION);
        }
        try (Incarnations dead = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            assertThat(shard.state().casLockWord(0, dead.self())).isTrue();
        }
    }

    @Test
    void whatACheckpointNumbersIsReadAllTheSame() throws IOException {
        shard.sync();
        spoilTheSecondEntryAndDieInside();
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=a", "1..2 DAMAGE", "2=c");
        assertThat(shard.state().lockWord()).isNotZero();
    }

    @Test
    void soIsWhatTheIndexNumbers() throws IOException {
        List<String> expected = new ArrayList<>(List.of("0=a", "1..2 DAMAGE", "2=c"));
        for (int i = 3; i < 100; i++) {
            ShardFixture.append(shard, "x".repeat(1000));
            expected.add(i + "=" + "x".repeat(1000));
        }
        spoilTheSecondEntryAndDieInside();
        assertThat(ShardFixture.read(shard, 0)).isEqualTo(expected);
        assertThat(shard.state().lockWord()).isNotZero();
    }

    @Test
    void whereNothingIsKnownBehindItNoEntryIsGivenUpBeforeTheNextSyncTakesOver() throws IOException {
        spoilTheSecondEntryAndDieInside();
        assertThatThrownBy(() -> ShardFixture.read(shard, 0)).isInstanceOf(CometException.ShardBusy.class);
        shard.sync();
        // Where the dead one may have been writing is hidden by the damage too.
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=a", "1..3 DAMAGE");
    }
}
