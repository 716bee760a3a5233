package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which entries `consume` delivers.
@Timeout(60)
class ConsumeCommandTest extends TwoShards {
    @ParameterizedTest
    @CsvSource({
        "--shard 1 -n 3, abc",
        "--shard 0 -n 2, de",
        "--shard 1 -n 2 --from 1, bc",
        "--shard 1 -n 3 --from -1h, abc",
        "--shard 1 -n 3 --from -999999999d, abc",
        "--shard 0 -n 1 --from earliest, d",
    })
    void aNewGroupBeginsThere(String options, String expected) {
        assertThat(log.print("consume events:v1 -g g " + options).replace("\n", ""))
                .isEqualTo(expected);
    }

    @Test
    void aGroupThatHasBegunGoesOnWhereItWas() {
        assertThat(log.print("consume events:v1 -g g --shard 1 -n 1")).isEqualTo("a\n");
        assertThat(log.print("consume events:v1 -g g --shard 1 -n 1 --from latest"))
                .isEqualTo("b\n");
    }

    @Test
    void anotherShardIsLeftToOthers() {
        log.print("consume events:v1 -g g --shard 1 -n 3");
        assertThat(log.print("groups describe g")).contains("0\t0\t2\t2\t", "1\t3\t3\t0\t");
    }

    @Test
    void whatNoAttemptDealsWithIsSkippedIfToldTo() {
        Path out = scratch.resolve("out");
        RunCommand run = RunCommand.of(
                "consume",
                "events:v1",
                "-d",
                log.directory().toString(),
                "-g",
                "g",
                "--shard",
                "1",
                "--retries",
                "0",
                "--skip",
                "-n",
                "2",
                "--exec",
                "in=$(cat); case $in in *b*) exit 1;; esac; echo \"$in\" >>" + out);
        assertThat(run.code()).isEqualTo(ExitCode.OK);
        assertThat(out).hasContent("a\nc\n");
        assertThat(log.print("groups describe g")).contains("acknowledged 2, skipped 1");
    }
}
