package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostCheckpointSegmentTest {
    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.time = time;
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void entriesBehindAnEmptySegmentThatARecoveryMovedAwayOutliveTheNextPowerLoss() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        ShardFixture.append(shard, "b");
        rollAnEmptySegment(shard);
        shard.close(false);

        // The machine lost its power: recovery moves the empty segment away, and entries go on behind a jump.
        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
        assertThat(Files.exists(fixture.paths.segment(2))).isFalse();
        byte[] page = Files.readAllBytes(fixture.paths.state());
        long offset = ShardFixture.append(again, "c");
        again.sync();
        again.close(false);

        // It loses its power again, and with it all news in the state page since the first recovery began.
        Files.write(fixture.paths.state(), withCheckpointIn(page, 2), StandardOpenOption.WRITE);
        Shard last = fixture.openInNewEpoch(new BootId(5, 6));
        assertThat(ShardFixture.read(last, 0))
                .containsExactly("0=a", "1=b", "2.." + offset + " POWER_LOSS", offset + "=c");
        last.close(true);
    }

    private void rollAnEmptySegment(Shard shard) {
        shard.sync();
        time.advance(Duration.ofHours(2));
        shard.tick(time.nanoTime());
        assertThat(shard.state().activeBase()).isEqualTo(2);
        shard.retain(false);
    }

    /// The page with a checkpoint as it was before the recovery: durable up to `base`, in the segment there.
    private static byte[] withCheckpointIn(byte[] page, long base) {
        byte[] older = page.clone();
        var checkpoint = new Checkpoint(1_000, base, SegmentHeader.LENGTH, base, base + (1L << 30), 1);
        byte[] slot = checkpoint.encode();
        System.arraycopy(slot, 0, older, 512, slot.length);
        return older;
    }
}
