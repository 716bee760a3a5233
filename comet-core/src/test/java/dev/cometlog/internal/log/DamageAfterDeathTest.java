package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Damage to what a process left that died while it appended.
@Timeout(60)
class DamageAfterDeathTest {
    private static final int LOCK_WORD = 128;
    private static final long DEAD = 1L << 61;

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

    private void dieInside() throws IOException {
        byte[] page = Files.readAllBytes(fixture.paths.state());
        LittleEndian.putLong(page, LOCK_WORD, DEAD);
        Files.write(fixture.paths.state(), page);
    }

    @Test
    void damageBelowTheLastSyncCostsNothingBehindIt() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "aaaa");
        ShardFixture.append(shard, "bbbb");
        ShardFixture.append(shard, "cccc");
        shard.sync();
        ShardFixture.append(shard, "dddd");
        dieInside();
        try (FileChannel segment = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            segment.write(ByteBuffer.allocate(4), 64 + 12 + 4 + 12);
        }

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "eeee")).isEqualTo(4);
        assertThat(ShardFixture.read(again, 0)).containsExactly("0=aaaa", "1..2 DAMAGE", "2=cccc", "3=dddd", "4=eeee");
        again.close(true);
    }

    /// Else a reader would find its way from there to entries that were never published.
    @Test
    void whereDamageHidesTheEndTheIndexKnowsNoEntryThatWasNotPublished() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "aaaa");
        Segment segment = shard.view().segments().acquire(0).orElseThrow();
        segment.index().note(4 << IndexDescriptor.BLOCK_SHIFT, 5, 0);
        segment.release();
        shard.state().writeLimit(5 << IndexDescriptor.BLOCK_SHIFT);
        shard.state().writePosition(5 << IndexDescriptor.BLOCK_SHIFT);
        dieInside();
        try (FileChannel file = FileChannel.open(fixture.paths.segment(0), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(4), 64 + 12);
        }

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "bbbb")).isEqualTo(1);
        Segment found = again.view().segments().acquire(0).orElseThrow();
        assertThat(found.index().higherPosition(64)).isEqualTo(-1);
        found.release();
        assertThat(ShardFixture.read(again, 0)).containsExactly("0..1 DAMAGE", "1=bbbb");
        again.close(true);
    }

    @Test
    void aPreparedSegmentWhoseIndexIsCutOffIsNotUsed() throws IOException {
        Shard shard = openWithPrepared();
        long nonce = shard.state().preparedNonce();
        try (FileChannel index = FileChannel.open(prepared(".prepared.index"), StandardOpenOption.WRITE)) {
            index.truncate(13);
        }
        appendUntilRolled(fixture.openInNewEpoch(ShardFixture.BOOT), nonce);
    }

    @Test
    void aPreparedSegmentOfWhichNothingIsLeftIsNotUsed() throws IOException {
        Shard shard = openWithPrepared();
        long nonce = shard.state().preparedNonce();
        for (String suffix : List.of(".prepared", ".prepared.index")) {
            try (FileChannel file = FileChannel.open(prepared(suffix), StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
        }
        appendUntilRolled(fixture.openInNewEpoch(ShardFixture.BOOT), nonce);
    }

    @Test
    void aPreparedSegmentWithoutIndexIsNotUsed() throws IOException {
        Shard shard = openWithPrepared();
        long nonce = shard.state().preparedNonce();
        Files.delete(prepared(".prepared.index"));
        appendUntilRolled(fixture.openInNewEpoch(ShardFixture.BOOT), nonce);
    }

    private Shard openWithPrepared() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        while (shard.state().preparedNonce() == 0) {
            ShardFixture.append(shard, "x".repeat(1000));
        }
        return shard;
    }

    private Path prepared(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Then the damaged one is gone, and others can be prepared.
    private static void appendUntilRolled(Shard shard, long damaged) throws IOException {
        long first = shard.state().endOffset();
        while (shard.view().segments().bases().length == 1) {
            ShardFixture.append(shard, "y".repeat(1000));
        }
        List<String> told = ShardFixture.read(shard, 0);
        assertThat(told).hasSize((int) shard.state().endOffset()).noneMatch(text -> text.contains("DAMAGE"));
        assertThat(shard.state().endOffset()).isGreaterThan(first);
        assertThat(shard.state().preparedNonce()).isNotEqualTo(damaged);
        shard.close(true);
    }
}
