package dev.cometlog.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void theMedianStandsBeforeTheLowestAndTheHighest() {
        Samples samples = new Samples();

        samples.add(Map.of("ns", 300.0));
        samples.add(Map.of("ns", 1.5));
        samples.add(Map.of("ns", 20.0));

        assertThat(samples.text("ns")).isEqualTo("20.0 (1.50..300)");
    }

    @Test
    void aSingleRoundShowsThatItIsOne() {
        Samples samples = new Samples();

        samples.add(Map.of("ns", 20.0));

        assertThat(samples.text("ns")).isEqualTo("20.0");
        assertThat(samples.rounds()).isEqualTo(1);
    }

    @Test
    void theMedianOfTwoLiesBetweenThem() {
        Samples samples = new Samples();

        samples.add(Map.of("ns", 10.0));
        samples.add(Map.of("ns", 30.0));

        assertThat(samples.median("ns")).isEqualTo(20.0);
    }

    @Test
    void whatWasNotMeasuredHasNoFigure() {
        assertThat(new Samples().text("ns")).isEqualTo("-");
    }
}
