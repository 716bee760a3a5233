package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `cat`, `tail` and `export` print of what is asked for.
@Timeout(60)
class ReadCommandsTest extends TwoShards {
    @ParameterizedTest
    @CsvSource({
        "cat, abcde",
        "cat --from earliest, abcde",
        "cat --from latest, ''",
        "cat --from 1, bce",
        "cat --from 2, c",
        "cat --from 99, ''",
        "cat --from -1h, abcde",
        "cat --from -0s, ''",
        "cat --from 2001-01-01T00:00:00Z, abcde",
        "cat --from 2999-01-01, ''",
        "cat --from -999999999d, abcde",
        "cat --from +999999999-12-31T23:59:59Z, ''",
        "cat --shard 0, de",
        "cat --shard 1 --from 1, bc",
        "cat -n 2, ab",
        "cat -n 0, ''",
        "cat -n 1 --match c, c",
        "tail, abcde",
        "tail -n 2, de",
        "tail -n 3, cde",
        "tail -n 0, ''",
        "tail --shard 1 -n 2, bc",
        "tail --from earliest, abcde",
        "tail --from latest, ''",
        "tail --from 1, bce",
        "tail --from -1h, abcde",
        "tail --from 2001-01-01T00:00:00Z -n 1, e",
        "tail --from -999999999d, abcde",
        "export --format raw, abcde",
        "export --format raw --from 1, bce",
        "export --format raw --until -999999999d, ''",
        "export --format raw --until +999999999-12-31T23:59:59Z, abcde",
    })
    void thatMuchIsPrinted(String command, String expected) {
        assertThat(log.print(command + " events:v1").replace("\n", "")).isEqualTo(expected);
    }

    @Test
    void aTimeMeansTheFirstEntryThatIsNotOlder() {
        String time;
        try (Comet comet = Comet.open(log.directory())) {
            time = comet.stream("events:v1")
                    .shard(0)
                    .recent(1)
                    .getFirst()
                    .timestamp()
                    .toString();
        }
        assertThat(log.print("cat events:v1 --from " + time)).isEqualTo("e\n");
        assertThat(log.print("tail events:v1 --from " + time)).isEqualTo("e\n");
        assertThat(log.print("cat events:v1 --from "
                        + LocalDate.now(ZoneId.systemDefault()).minusDays(1)))
                .isEqualTo("a\nb\nc\nd\ne\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat events:v1 --shard 1 -n 1", "tail events:v1 --shard 1 --from 0 -n 3"})
    void jsonIsAnObjectALine(String command) {
        assertThat(log.print(command + " -o json").lines().findFirst().orElseThrow())
                .startsWith("{\"stream\":\"events:v1\",\"shard\":1,\"offset\":0,\"timestamp\":\"20")
                .endsWith("\"payload\":\"a\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat events:v1 -n -5", "tail events:v1 -n -5", "tail -f events:v1 -n -5"})
    void aNegativeNumberOfEntriesIsRefused(String command) {
        RunCommand run = log.run(command);
        assertThat(run.error()).isEqualTo("comet: -n must be at least 0: -5\n");
        assertThat(run.code()).isEqualTo(ExitCode.ERROR);
    }
}
