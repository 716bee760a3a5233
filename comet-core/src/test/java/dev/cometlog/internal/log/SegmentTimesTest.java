package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTimesTest {
    private static final long TIME = HandmadeShard.TIME;

    @TempDir
    private Path directory;

    private HandmadeShard files;

    @BeforeEach
    void open() throws IOException {
        files = new HandmadeShard(directory);
    }

    @AfterEach
    void close() {
        files.close();
    }

    @Test
    void anEmptyShardHasNoTimes() {
        SegmentTimes times = new SegmentTimes(files.view());

        assertThat(times.offsetAt(TIME)).isZero();
        assertThat(times.recentStart(10)).isZero();
        assertThat(times.oldestTimestamp()).isEmpty();
        assertThat(times.newestTimestamp()).isEmpty();
    }

    @Test
    void aTimeLeadsToTheFirstEntryAtOrAfterIt() throws IOException {
        saveThreeSegments();
        SegmentTimes times = new SegmentTimes(files.view());
        for (int millis = -1; millis <= 3000; millis++) {
            // Entry i was appended at 2 i.
            assertThat(times.offsetAt(TIME + millis)).isEqualTo(Math.clamp((millis + 1) / 2, 0, 1500));
        }
    }

    @Test
    void aTimeBeforeTheOldestEntryThatIsKeptLeadsToThat() throws IOException {
        saveThreeSegments();
        files.state.startOffset(500);
        files.storage.delete(files.paths.segment(0));
        SegmentTimes times = new SegmentTimes(files.view());

        assertThat(times.offsetAt(TIME)).isEqualTo(500);
        assertThat(times.oldestTimestamp()).hasValue(TIME + 1000);
        assertThat(times.recentStart(5000)).isEqualTo(500);
    }

    @Test
    void theLastSoManyBeginThatManyBeforeTheEnd() throws IOException {
        saveThreeSegments();
        SegmentTimes times = new SegmentTimes(files.view());

        assertThat(times.recentStart(0)).isEqualTo(1500);
        assertThat(times.recentStart(10)).isEqualTo(1490);
        assertThat(times.recentStart(700)).isEqualTo(800);
        assertThat(times.recentStart(5000)).isZero();
        assertThat(times.oldestTimestamp()).hasValue(TIME);
        assertThat(times.newestTimestamp()).hasValue(TIME + 2998);
    }

    private void saveThreeSegments() throws IOException {
        for (int base = 0; base < 1500; base += 500) {
            SegmentBuilder segment = files.segment(base, base, TIME + 2L * base);
            for (int i = 0; i < 500; i++) {
                segment.lone("entry number " + (base + i), 2 * i);
            }
            if (base < 1000) {
                files.save(segment.seal());
            } else {
                files.saveActive(segment);
            }
        }
    }

    @Test
    void theLastSoManyAreCountedAcrossOffsetsThatWereJumpedOver() throws IOException {
        files.save(files.segment(0).lone("a", 0).lone("b", 1).seal());
        files.saveActive(files.segment(1 << 30, 2, TIME + 5).lone("c", 0));
        SegmentTimes times = new SegmentTimes(files.view());

        assertThat(times.recentStart(1)).isEqualTo(1 << 30);
        assertThat(times.recentStart(2)).isEqualTo(1);
        assertThat(times.recentStart(3)).isZero();
    }
}
