package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
    private static final List<String> KNOWN = List.of("orders:v1", "orders:v2", "metrics:v1", "spans:v1");

    @Test
    void aMistypedNameIsAnsweredWithNearOnesNearestFirst() {
        assertThat(Names.suggestion("order:v1", KNOWN)).isEqualTo("; did you mean \"orders:v1\" or \"orders:v2\"?");
        assertThat(Names.suggestion("Metrics:v1", KNOWN)).isEqualTo("; did you mean \"metrics:v1\"?");
        assertThat(Names.suggestion("span", KNOWN)).isEqualTo("; did you mean \"spans:v1\"?");
    }

    @Test
    void aNameLikeNoOtherIsAnsweredWithAllIfTheyAreFew() {
        assertThat(Names.suggestion("zzzzzzzz", KNOWN)).isEmpty();
        assertThat(Names.suggestion("zzzzzzzz", List.of("b:v1", "a:v1"))).isEqualTo("; there is \"a:v1\", \"b:v1\"");
        assertThat(Names.suggestion("x", List.of())).isEmpty();
    }

    @Test
    void theDistanceIsTheNumberOfLettersThatDiffer() {
        assertThat(Names.distance("", "abc")).isEqualTo(3);
        assertThat(Names.distance("abc", "abc")).isZero();
        assertThat(Names.distance("kitten", "sitting")).isEqualTo(3);
    }
}
