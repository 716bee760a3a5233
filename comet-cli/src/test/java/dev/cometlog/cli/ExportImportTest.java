package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `comet export` writes, `comet import` appends: every byte, to the shard it came from, in order.
class ExportImportTest {
    @TempDir
    private Path scratch;

    private String dir;

    @BeforeEach
    void make() {
        dir = scratch.resolve("log").toString();
        try (Comet comet = Comet.open(Path.of(dir))) {
            CometStream stream = comet.stream("events:v1", 3);
            for (int i = 0; i < 5000; i++) {
                long _ = stream.shard(i % 3)
                        .append(("entry " + i + (i % 7 == 0 ? " ERROR" : "")).getBytes(StandardCharsets.UTF_8));
            }
            long _ = stream.shard(0).append(new byte[] {0, (byte) 0xff, 10, 13});
            long _ = stream.shard(1).append("ümläut \"quoted\"\n\u0000".getBytes(StandardCharsets.UTF_8));
            long _ = stream.shard(2).append(new byte[0]);
        }
    }

    private static List<List<byte[]>> payloads(String directory, String stream) {
        List<List<byte[]>> shards = new ArrayList<>();
        try (Comet comet = Comet.open(Path.of(directory), config -> config.readOnly(true))) {
            CometStream of = comet.stream(stream);
            for (int i = 0; i < of.shardCount(); i++) {
                List<byte[]> payloads = new ArrayList<>();
                CometShard shard = of.shard(i);
                shard.recent(Integer.MAX_VALUE).forEach(entry -> payloads.add(entry.bytes()));
                shards.add(payloads);
            }
        }
        return shards;
    }

    @Test
    void aRoundTripKeepsEveryByteOrderAndShard() {
        String file = scratch.resolve("out.ndjson").toString();
        assertThat(RunCommand.of("export", "events:v1", "--file", file, "-d", dir)
                        .code())
                .isZero();
        String other = scratch.resolve("other").toString();
        assertThat(RunCommand.of("import", "copy:v1", file, "--shards", "3", "-d", other)
                        .code())
                .isZero();
        List<List<byte[]>> expected = payloads(dir, "events:v1");
        List<List<byte[]>> found = payloads(other, "copy:v1");
        assertThat(found).hasSize(3);
        for (int shard = 0; shard < 3; shard++) {
            assertThat(found.get(shard)).containsExactlyElementsOf(expected.get(shard));
        }
        assertThat(scratch.resolve("out.ndjson.part")).doesNotExist();
    }

    @Test
    void matchAndShardAndTimeChooseWhatIsWritten() {
        String all = RunCommand.of("export", "events:v1", "--format", "raw", "--match", "ERROR$", "-d", dir)
                .output();
        assertThat(all.lines()).hasSize(715).allMatch(line -> line.endsWith(" ERROR"));
        assertThat(RunCommand.of("export", "events:v1", "--shard", "1", "--match", "entry", "-d", dir)
                        .output()
                        .lines())
                .hasSize(1667)
                .allMatch(line -> line.contains("\"shard\":1,"));
        assertThat(RunCommand.of("export", "events:v1", "--until", "-1h", "-d", dir)
                        .output())
                .isEmpty();
        assertThat(RunCommand.of("export", "events:v1", "--from", "latest", "-d", dir)
                        .output())
                .isEmpty();
        assertThat(RunCommand.of("export", "events:v1", "--until", "17", "-d", dir)
                        .error())
                .contains("--until needs a time");
        assertThat(RunCommand.of("cat", "events:v1", "--match", "entry 4999( |$)", "-d", dir)
                        .output())
                .isEqualTo("entry 4999\n");
        assertThat(RunCommand.of("cat", "events:v1", "--match", "entry", "-n", "2", "-d", dir)
                        .output()
                        .lines())
                .containsExactly("entry 0 ERROR", "entry 1");
        assertThat(RunCommand.of("tail", "events:v1", "--match", "quoted", "-d", dir)
                        .output())
                .startsWith("ümläut");
    }

    @Test
    void whatIsNoExportedEntryIsNamedByItsLineAndWhatCameBeforeIsKept() throws Exception {
        Path file = scratch.resolve("bad.ndjson");
        for (String bad : List.of("{\"shard\":1}", "[1]", "{\"payload\":5}", "{\"payload\":\"x\"", "{\"payload\"")) {
            Files.writeString(
                    file, "{\"payload\":\"good\"}\n{\"shard\":2,\"payload\":\"good\",\"other\":{\"a\":[1]}}\n" + bad);
            String to = scratch.resolve("to" + bad.hashCode()).toString();
            RunCommand run = RunCommand.of("import", "s:v1", file.toString(), "--shards", "3", "-d", to);
            assertThat(run.code()).as(bad).isEqualTo(2);
            assertThat(run.error()).as(bad).contains("bad.ndjson, line 3: ");
            assertThat(payloads(to, "s:v1")).extracting(List::size).containsExactly(1, 0, 1);
        }
    }
}
