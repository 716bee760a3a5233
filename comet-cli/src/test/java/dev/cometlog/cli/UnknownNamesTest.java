package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every command that is given a name that is not known ends at once, with an error that says what it may have been.
@Timeout(60)
class UnknownNamesTest {
    @TempDir
    private Path scratch;

    private String log;

    @BeforeEach
    void makeALog() throws Exception {
        log = scratch.resolve("log").toString();
        try (Comet comet = Comet.open(Path.of(log));
                CometConsumer consumer = comet.consumer("audit")) {
            long _ = comet.stream("events:v1", 3).shard(0).append(new byte[1]);
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
    }

    private RunCommand run(String command) {
        List<String> arguments = new ArrayList<>(Stream.of(command.split(" ")).toList());
        arguments.addAll(List.of("-d", log));
        return RunCommand.of(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat event:v1",
                "tail event:v1",
                "tail -f event:v1",
                "consume event:v1 -g audit",
                "stats event:v1",
                "export event:v1",
                "streams alter event:v1 --max-age 1h",
                "groups ls event:v1",
                "groups describe audit --stream event:v1",
                "groups delete audit --stream event:v1",
                "groups reset audit --stream event:v1 --to-latest",
                "forward file out -s event:v1 -g uplink",
                "forward http http://127.0.0.1:9/ -s event:v1 -g uplink",
                "forward kafka 127.0.0.1:9 -s event:v1 -g uplink",
                "forward file out -s event:v1:shard:0001 -g uplink",
            })
    void ofAStreamNearOnesAreNamed(String command) {
        RunCommand run = run(command);
        assertThat(run.error()).isEqualTo("comet: no stream is called \"event:v1\"; did you mean \"events:v1\"?\n");
        assertThat(run.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "groups describe audt",
                "groups delete audt",
                "groups reset audt --to-latest",
                "groups describe audt --stream events:v1",
            })
    void ofAGroupNearOnesAreNamed(String command) {
        RunCommand run = run(command);
        assertThat(run.error()).startsWith("comet: no group is called \"audt\"").endsWith("did you mean \"audit\"?\n");
        assertThat(run.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat events:v1 --shard 7",
                "tail events:v1 --shard 7",
                "tail -f events:v1 --shard 7",
                "export events:v1 --shard 7",
                "consume events:v1 --shard 7 -g audit",
                "groups reset audit --shard 7 --to-latest",
                "groups reset audit --stream events:v1 --shard 7 --to-latest",
            })
    void ofAShardThoseThereAreAreNamed(String command) {
        RunCommand run = run(command);
        assertThat(run.error()).contains("shard must be between 0 and 2", "shard=7");
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void ofAShardsFullNameNearOnesAreNamed() {
        assertThat(run("forward file out -s events:v1:shard:0007 -g uplink").error())
                .startsWith("comet: no shard is called \"events:v1:shard:0007\"; did you mean \"events:v1:shard:000")
                .endsWith("?\n");
    }

    @Test
    void ofACommandOrAnOptionNearOnesAreNamed() {
        assertThat(RunCommand.of("repare").error()).contains("comet repair");
        assertThat(RunCommand.of("groups", "reset", "audit", "--to-earlyest").error())
                .contains("--to-earliest");
    }
}
