package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where `groups reset` moves a group that has read two entries of five, all of them young.
@Timeout(60)
class GroupsResetTest {
    @TempDir
    private Path scratch;

    private LogCommands log;

    @BeforeEach
    void readTwoOfFive() {
        log = new LogCommands(scratch.resolve("log"));
        log.append("events:v1", 1, 0, "0", "1", "2", "3", "4");
        assertThat(log.print("consume events:v1 -g g -n 2")).isEqualTo("0\n1\n");
    }

    @ParameterizedTest
    @CsvSource({
        "--to-earliest, 0",
        "--to-latest, 5",
        "--to-offset 3, 3",
        "--shift-by -1, 1",
        "--by-duration 10m, 0",
        "--by-duration -10m, 0",
        "--by-duration 0s, 5",
        "--by-duration 99999999999d, 0",
        "--to-datetime 2001-01-01, 0",
        "--to-datetime -10m, 0",
        "--to-datetime -999999999d, 0",
        "--to-datetime +999999999-12-31T23:59:59Z, 5",
        "--to-datetime -999999999-01-01T00:00:00Z, 0",
    })
    void itGoesThere(String place, int offset) {
        assertThat(log.print("groups reset g --execute " + place)).isEqualTo("events:v1\t0\t2\t" + offset + "\n");
        assertThat(log.print("groups describe g")).contains("0\t" + offset + "\t5\t");
    }
}
