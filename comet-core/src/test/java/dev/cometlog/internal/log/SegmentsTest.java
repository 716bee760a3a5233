package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class SegmentsTest {
    @TempDir
    Path directory;

    private long mappings(Path file) throws IOException {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.filter(line -> line.endsWith(file.toString())).count();
        }
    }

    @Test
    void aMappingGoesOnceNobodyUsedItFromOneTrimToTheNext() throws IOException {
        try (ShardFixture fixture = new ShardFixture(directory)) {
            Shard shard = fixture.open(ShardFixture.BOOT);
            while (shard.state().counters().get(ShardCounters.Counter.ROLLS) < 4) {
                ShardFixture.append(shard, "x".repeat(1000));
            }
            shard.sync();
            Segments segments = shard.view().segments();
            Path first = fixture.paths.segment(0);
            for (int i = 0; i < 3; i++) {
                segments.acquire(0).orElseThrow().release();
                trim(shard);
                assertThat(mappings(first)).isEqualTo(1);
            }
            trim(shard);
            assertThat(mappings(first)).isZero();
            assertThat(segments.acquire(0)).hasValueSatisfying(Segment::release);
            shard.close(true);
        }
    }

    private static void trim(Shard shard) {
        ShardState state = shard.state();
        shard.view().segments().trim(state.startOffset(), state.durableOffset(), state.activeBase(), 1);
    }
}
