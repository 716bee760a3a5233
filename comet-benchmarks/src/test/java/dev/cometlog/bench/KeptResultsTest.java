package dev.cometlog.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptResultsTest {
    private static final CellSpec CELL = CellSpec.of("Lone appends", "64 B, comet", "append", "comet", 64);
    private static final CellSpec OTHER = CellSpec.of("Lone appends", "256 B, comet", "append", "comet", 256);

    @TempDir
    private Path directory;

    @Test
    void aRunThatWasEndedIsGoneOnWith() throws Exception {
        Path file = directory.resolve("results");
        new KeptResults(file, "abc").keep(CELL, Map.of("nsPerEntry", 1.5));
        new KeptResults(file, "abc").keep(CELL, Map.of("nsPerEntry", 2.5));

        KeptResults kept = new KeptResults(file, "abc");

        assertThat(kept.of(CELL)).containsExactly(Map.of("nsPerEntry", 1.5), Map.of("nsPerEntry", 2.5));
        assertThat(kept.of(OTHER)).isEmpty();
    }

    @Test
    void resultsOfTwoCommitsAreNotMixed() throws Exception {
        Path file = directory.resolve("results");
        new KeptResults(file, "abc").keep(CELL, Map.of("nsPerEntry", 1.5));

        assertThatThrownBy(() -> new KeptResults(file, "def"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abc")
                .hasMessageContaining("def");
    }
}
