package dev.cometlog.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetTableTest {
    private final Map<CellSpec, Samples> samples = new LinkedHashMap<>();

    @Test
    void aFigureBeyondItsTargetIsMissed() {
        run(Plan.LONE, "64 B, comet", Map.of("nsPerEntry", 80.0));
        run(Plan.LONE, "64 B, chronicle", Map.of("nsPerEntry", 100.0));

        assertThat(TargetTable.of(samples))
                .contains("| lone append, 64 B, mean by Chronicle's | 0.80 | at most 0.7 | **missed** |");
    }

    @Test
    void aFigureWithinItsTargetIsMet() {
        run(Plan.BATCHES, "1000 × 64 B, comet", Map.of("millionPerSecond", 30.0));
        run(Plan.BATCHES, "1000 × 64 B, chronicle", Map.of("millionPerSecond", 10.0));

        assertThat(TargetTable.of(samples))
                .contains("| 1000 × 64 B, throughput by Chronicle's | 3.00 | at least 2.0 | met |");
    }

    @Test
    void moreThroughputIsLessTimeAnEntry() {
        run(Plan.SHARDS, "16, comet", Map.of("nsPerEntry", 90.0));
        run(Plan.SHARDS, "1024, comet", Map.of("nsPerEntry", 100.0));

        assertThat(TargetTable.of(samples))
                .contains("| 1024 shards beside 16, throughput | 0.90 | at least 0.8 | met |");
    }

    @Test
    void nothingIsSaidOfWhatWasNotRun() {
        run(Plan.LONE, "64 B, comet", Map.of("nsPerEntry", 80.0));

        assertThat(TargetTable.of(samples)).doesNotContain("Chronicle");
        assertThat(TargetTable.of(Map.of())).isEmpty();
    }

    private void run(String section, String label, Map<String, Double> result) {
        Samples of = new Samples();
        of.add(result);
        samples.put(CellSpec.of(section, label, label), of);
    }
}
