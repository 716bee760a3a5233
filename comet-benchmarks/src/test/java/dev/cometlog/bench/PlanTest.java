package dev.cometlog.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final List<String> FIGURES = List.of(
            "nsPerEntry",
            "millionPerSecond",
            "p50.0",
            "p99.9",
            "p100.0",
            "verifiedNs",
            "unverifiedNs",
            "allocatedPerEntry",
            "allocatedWithoutRoll",
            "nsPerAck",
            "allocatedPerAck",
            "p50us",
            "overheadBytes",
            "devicePerPayload",
            "nsPerAppend",
            "reopenMs",
            "takeOverMs",
            "heapMiB",
            "idlePercent");

    @Test
    void theCellsOfTheTargetsAreCellsOfTheFullSet() {
        assertThat(Plan.of(true, true)).containsAll(Plan.targets(true)).doesNotHaveDuplicates();
        assertThat(Plan.targets(true).size()).isLessThan(Plan.of(true, true).size() / 2);
    }

    @Test
    void theCellsOfTheTargetsAreAllThatTheTableOfTargetsAsksFor() {
        assertThat(TargetTable.of(allOnes(Plan.targets(true))))
                .isEqualTo(TargetTable.of(allOnes(Plan.of(true, true))))
                .contains("| met |")
                .contains("16 shards inside a limit");
    }

    private static Map<CellSpec, Samples> allOnes(List<CellSpec> cells) {
        Map<CellSpec, Samples> samples = new LinkedHashMap<>();
        for (CellSpec cell : cells) {
            Samples ones = new Samples();
            FIGURES.forEach(figure -> ones.add(Map.of(figure, 1.0)));
            samples.put(cell, ones);
        }
        return samples;
    }
}
