package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `dump` shows of the files beside the segments, and `verify` of the groups, sound and damaged.
class DumpCommandTest {
    private static final int ACKS = 4096;

    @TempDir
    private Path log;

    private Path stream;
    private Path group;

    @BeforeEach
    void makeALog() {
        try (Comet comet = Comet.open(log);
                CometConsumer consumer = comet.consumer("audit:v1")) {
            CometShard shard = comet.stream("events:v1", 2).shard(0);
            for (int i = 0; i < 1000; i++) {
                long _ = shard.append(new byte[500]);
            }
            consumer.ackRange("events:v1", 0, 0, 6);
        }
        stream = log.resolve("streams/events%3Av1");
        group = stream.resolve("groups/audit%3Av1");
    }

    private static RunCommand dump(Path file) {
        return RunCommand.of("dump", file.toString());
    }

    private RunCommand verify() {
        return RunCommand.of("verify", "-d", log.toString());
    }

    private static void flip(Path file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void anIndex() throws IOException {
        Path index = stream.resolve("0000/00000000000000000000.index");
        RunCommand sound = dump(index);
        assertThat(sound.output())
                .contains("slot 1: offset ", "check ok", " slots, ")
                .doesNotContain("BAD");
        assertThat(sound.code()).isEqualTo(ExitCode.OK);

        flip(index, 16 + 3);
        RunCommand damaged = dump(index);
        assertThat(damaged.output()).contains("slot 1: ", "CHECK BAD");
        assertThat(damaged.code()).isEqualTo(ExitCode.NEGATIVE);
    }

    @Test
    void propertiesOfAStreamAndOfTheLog() throws IOException {
        for (Path file : new Path[] {stream.resolve("stream.properties"), log.resolve("comet.properties")}) {
            RunCommand sound = dump(file);
            assertThat(sound.output())
                    .contains(file.startsWith(stream) ? "shards=2" : "format=1")
                    .endsWith("CRC ok\n");
            assertThat(sound.code()).isEqualTo(ExitCode.OK);

            flip(file, 0);
            RunCommand damaged = dump(file);
            assertThat(damaged.output()).endsWith("CRC BAD\n");
            assertThat(damaged.code()).isEqualTo(ExitCode.NEGATIVE);
        }
    }

    @Test
    void theStateOfTheLog() throws IOException {
        RunCommand sound = dump(log.resolve("comet.state"));
        assertThat(sound.output()).contains("epoch ", "allocated bytes ", "clock OFFSET: ");
        assertThat(sound.code()).isEqualTo(ExitCode.OK);

        flip(log.resolve("comet.state"), 0);
        RunCommand damaged = dump(log.resolve("comet.state"));
        assertThat(damaged.output()).contains("magic or version BAD");
        assertThat(damaged.code()).isEqualTo(ExitCode.NEGATIVE);

        Files.write(log.resolve("comet.state"), new byte[7]);
        assertThat(dump(log.resolve("comet.state")).output()).isEqualTo("7 bytes, the state of a log has 4096\n");
    }

    @Test
    void aGroup() throws IOException {
        RunCommand sound = dump(group);
        assertThat(sound.output())
                .contains("2 shards", "CRC ok")
                .contains("shard 0: acknowledged below offset 7, ", "acked 7, ")
                .contains("shard 1: acknowledged below offset 0, ");
        assertThat(sound.code()).isEqualTo(ExitCode.OK);
        assertThat(verify().code()).isEqualTo(ExitCode.OK);
    }

    @Test
    void anAckWordThatDoesNotVerifyIsDamage() throws IOException {
        flip(group, ACKS);
        RunCommand dump = dump(group);
        assertThat(dump.output()).contains("shard 0: ack word ", " BAD");
        assertThat(dump.code()).isEqualTo(ExitCode.NEGATIVE);
        RunCommand verify = verify();
        assertThat(verify.output())
                .contains("damage: " + group + ": position 4096: how far the group had come in shard 0 does not verify")
                .contains("1 damaged places");
        assertThat(verify.code()).isEqualTo(ExitCode.NEGATIVE);
    }

    @Test
    void aHeaderThatDoesNotVerifyIsDamageAndTheAcksAreShownAllTheSame() throws IOException {
        flip(group, 20);
        RunCommand dump = dump(group);
        assertThat(dump.output()).contains("header: CRC BAD", "shard 0: acknowledged below offset 7");
        assertThat(dump.code()).isEqualTo(ExitCode.NEGATIVE);
        assertThat(verify().output()).contains("damage: " + group + ": position 0: the header does not verify");
    }

    @Test
    void aGroupFileThatIsCutOffIsDamage() throws IOException {
        byte[] bytes = Files.readAllBytes(group);
        Files.write(group, Arrays.copyOf(bytes, ACKS + 64));
        assertThat(dump(group).code()).isEqualTo(ExitCode.NEGATIVE);
        assertThat(verify().output()).contains("damage: " + group + ": has 4160 bytes");
    }

    @Test
    void whatIsNoGroupIsNoted() throws IOException {
        Files.writeString(stream.resolve("groups/.swp~"), "x");
        RunCommand verify = verify();
        assertThat(verify.output()).contains("note: " + stream.resolve("groups/.swp~") + ": is no group, ignored");
        assertThat(verify.code()).isEqualTo(ExitCode.OK);
    }
}
