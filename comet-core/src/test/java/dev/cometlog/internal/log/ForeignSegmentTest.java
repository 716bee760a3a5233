package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignSegmentTest {
    private static final int ENTRIES = 40;

    @TempDir
    Path directory;

    @Test
    void aFileNamedLikeASegmentHidesNoneOfTheEntriesAroundIt() throws IOException {
        try (HandmadeShard files = new HandmadeShard(directory)) {
            SegmentBuilder first = files.segment(0);
            for (int i = 0; i < ENTRIES; i++) {
                first.lone("entry " + i, i);
            }
            files.save(first.seal());
            files.saveActive(files.segment(ENTRIES).lone("next", 0));
            List<String> fromTheMiddle = files.scan(20).told;
            assertThat(fromTheMiddle).hasSize(21).startsWith("20=entry 20");

            files.write(files.paths.segment(3), new byte[5000]);

            assertThat(files.scan(20).told).isEqualTo(fromTheMiddle);
            assertThat(files.scan(0).told).hasSize(ENTRIES + 1);
        }
    }

    @Test
    void aDamagedEntryOfTheActiveSegmentCostsItselfAloneAfterAReopenAndARoll() throws IOException {
        try (ShardFixture fixture = new ShardFixture(directory)) {
            Shard shard = fixture.open(ShardFixture.BOOT);
            for (int i = 0; i < ENTRIES; i++) {
                ShardFixture.append(shard, "entry " + i);
            }
            shard.close(false);
            damageTheFirstEntry(fixture.paths.segment(0));

            Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
            ShardFixture.append(again, "after");
            List<String> expected = new ArrayList<>(List.of("0..1 DAMAGE"));
            for (int i = 1; i < ENTRIES; i++) {
                expected.add(i + "=entry " + i);
            }
            expected.add(ENTRIES + "=after");
            assertThat(ShardFixture.read(again, 0)).isEqualTo(expected);
            again.close(true);
        }
    }

    private static void damageTheFirstEntry(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        // Behind a header of 64 bytes and a frame's of 12.
        bytes[64 + 12] ^= 1;
        Files.write(segment, bytes, StandardOpenOption.WRITE);
    }
}
