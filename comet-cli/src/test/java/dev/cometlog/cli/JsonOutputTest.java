package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With `-o json` a command prints one JSON value and nothing else, whose names programs may rely on, and exits as it
/// does without.
@Timeout(60)
class JsonOutputTest {
    private static final String ENTRY = "x".repeat(1000);

    @TempDir
    private Path scratch;

    private LogCommands log;

    @BeforeEach
    void aGroupHasReadTwoOfFive() {
        log = new LogCommands(scratch.resolve("log"));
        log.append("events:v1", 2, 1, "0", "1", "2", "3", "4");
        assertThat(log.print("consume events:v1 -g audit -n 2")).isEqualTo("0\n1\n");
    }

    private Object json(int code, String command) {
        RunCommand run = log.run(command + " -o json");
        assertThat(run.error()).isEmpty();
        assertThat(run.code()).isEqualTo(code);
        return ParsedJson.of(run.output());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> object(int code, String command) {
        return (Map<String, Object>) json(code, command);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) {
        return (List<Map<String, Object>>) value;
    }

    @Test
    void streamsAreAListOfNamesAndShards() {
        log.append("logs:v1", 3, 0, "a");
        assertThat(json(0, "streams"))
                .isEqualTo(List.of(
                        Map.of("stream", "events:v1", "shards", 2L), Map.of("stream", "logs:v1", "shards", 3L)));
    }

    @Test
    void groupsAreAListWithHowFarTheyAreBehind() {
        List<Map<String, Object>> groups = list(json(0, "groups ls"));
        assertThat(groups).hasSize(1);
        assertThat(groups.getFirst())
                .containsEntry("stream", "events:v1")
                .containsEntry("group", "audit")
                .containsEntry("lagEntries", 3L)
                .containsOnlyKeys("stream", "group", "lagEntries", "lagBytes", "lagAgeSeconds");
        assertThat(groups.getFirst().get("lagAgeSeconds")).isInstanceOf(Double.class);
    }

    @Test
    void aLogWithoutGroupsHasAnEmptyList() {
        log.print("groups delete audit");
        assertThat(json(0, "groups ls")).isEqualTo(List.of());
    }

    @Test
    void aDescribedGroupHasItsCountsAndItsShards() {
        List<Map<String, Object>> streams = list(json(0, "groups describe audit"));
        assertThat(streams).hasSize(1);
        assertThat(streams.getFirst())
                .containsEntry("stream", "events:v1")
                .containsEntry("group", "audit")
                .containsEntry("acked", 2L)
                .containsEntry("skipped", 0L)
                .containsEntry("deadLettered", 0L)
                .containsEntry("gaps", 0L)
                .containsOnlyKeys("stream", "group", "acked", "skipped", "deadLettered", "gaps", "shards");
        List<Map<String, Object>> shards = list(streams.getFirst().get("shards"));
        assertThat(shards).extracting(shard -> shard.get("shard")).containsExactly(0L, 1L);
        assertThat(shards.getLast())
                .containsEntry("ackedOffset", 2L)
                .containsEntry("endOffset", 5L)
                .containsEntry("lagEntries", 3L)
                .containsKeys("lagBytes", "lagAgeSeconds")
                .as("nobody reads")
                .doesNotContainKey("reader");
    }

    @Test
    void aResetTellsItsMovesAndWhetherTheyWereMade() {
        List<Object> moves = List.of(Map.of("stream", "events:v1", "shard", 1L, "from", 2L, "to", 0L));
        assertThat(json(0, "groups reset audit --to-earliest"))
                .isEqualTo(Map.of("executed", false, "group", "audit", "moves", moves));
        assertThat(json(0, "groups reset audit --to-earliest --execute"))
                .isEqualTo(Map.of("executed", true, "group", "audit", "moves", moves));
    }

    @Test
    void deletedGroupsAreAList() {
        assertThat(json(0, "groups delete audit")).isEqualTo(List.of(Map.of("stream", "events:v1", "group", "audit")));
    }

    @Test
    void aVerificationHasCountsAndNoDamage() {
        Map<String, Object> found = object(0, "verify");
        assertThat(found)
                .containsEntry("shards", 1L)
                .containsEntry("segments", 1L)
                .containsEntry("entries", 5L)
                .containsEntry("damage", List.of())
                .containsEntry("notes", List.of())
                .containsOnlyKeys("shards", "segments", "entries", "bytes", "damage", "notes");
    }

    @Test
    void damageAndNotesAreObjects() throws IOException {
        Path segment = log.directory().resolve("streams/events%3Av1/0001/00000000000000000000.log");
        overwrite(segment, 64 + 12);
        Path other = Files.writeString(segment.resolveSibling("notes.txt"), "mine");
        Map<String, Object> found = object(1, "verify");
        assertThat(list(found.get("damage")))
                .singleElement()
                .satisfies(damage -> assertThat(damage)
                        .containsEntry("path", segment.toString())
                        .containsEntry("position", 64L)
                        .containsOnlyKeys("path", "position", "problem"));
        assertThat(found.get("notes"))
                .isEqualTo(List.of(Map.of("path", other.toString(), "note", "is unknown, ignored")));
    }

    @Test
    void aRepairTellsWhatItFindsAndWhetherItPutItRight() throws IOException {
        Path state = log.directory().resolve("streams/events%3Av1/0001/state");
        Files.delete(state);
        Map<String, Object> dry = object(1, "repair");
        assertThat(dry)
                .containsEntry("executed", false)
                .containsEntry("lost", List.of())
                .containsEntry("lostOffsets", 0L)
                .containsOnlyKeys("executed", "findings", "lost", "lostOffsets");
        assertThat(list(dry.get("findings")))
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .containsEntry("path", state.toString())
                        .containsEntry("cure", "RECOVER")
                        .containsOnlyKeys("path", "cure", "problem"));
        assertThat(object(0, "repair --execute"))
                .containsEntry("executed", true)
                .containsEntry("findings", dry.get("findings"));
        assertThat(object(0, "repair")).containsEntry("executed", false).containsEntry("findings", List.of());
    }

    @Test
    void offsetsThatAreLostAreGapsAndCounted() throws IOException {
        overwrite(log.directory().resolve("streams/events%3Av1/0001/00000000000000000000.log"), 64 + 12);
        assertThat(object(0, "repair"))
                .containsEntry("lostOffsets", 1L)
                .containsEntry(
                        "lost",
                        List.of(Map.of("stream", "events:v1", "shard", 1L, "from", 0L, "to", 1L, "reason", "DAMAGE")));
    }

    private static void overwrite(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int _ = channel.write(ByteBuffer.wrap(new byte[] {'Y'}), at);
        }
    }

    @Test
    void retentionTellsWhatItDeletesAndWhetherItDid() {
        try (Comet comet = Comet.open(
                log.directory(), config -> config.segmentBytes(1 << 20).maxEntryBytes(1 << 18))) {
            for (int i = 0; i < 5000; i++) {
                long _ = comet.stream("logs:v1", 1).shard(0).append(ENTRY.getBytes(StandardCharsets.UTF_8));
            }
        }
        log.print("streams alter logs:v1 --max-shard-bytes 2MiB");
        Map<String, Object> told = object(0, "retain --dry-run");
        assertThat(told)
                .containsEntry("executed", false)
                .containsEntry("dropped", 0L)
                .containsOnlyKeys("executed", "segments", "bytes", "expired", "dropped");
        assertThat((long) told.get("expired")).isPositive();
        Map<String, Object> done = object(0, "retain");
        assertThat(done).containsEntry("executed", true).containsEntry("expired", told.get("expired"));
    }

    @Test
    void whatGoesWrongIsToldOnStandardErrorAlone() {
        RunCommand run = log.run("groups describe audt -o json");
        assertThat(run.output()).isEmpty();
        assertThat(run.error()).contains("did you mean \"audit\"?");
        assertThat(run.code()).isEqualTo(ExitCode.ERROR);
    }

    @Test
    void statsAndTopAreOneObjectToo() {
        assertThat(object(0, "stats")).containsKeys("at", "shards", "processes", "directory", "streams");
        assertThat(object(0, "top --once -i 0.1")).containsKeys("appends", "streams", "groups", "processes");
    }
}
