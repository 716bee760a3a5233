package dev.cometlog.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.testing.WeakenedClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything that threads and processes share, raced for by the classes themselves: `-Dcomet.raceMillis=60000` for
/// longer on each.
class RaceIT {
    private static final Duration EACH = Duration.ofMillis(Integer.getInteger("comet.raceMillis", 500));
    private static final Path CORE = Path.of("../comet-core");
    private static final List<String> RACES = List.of(
            "AppendRace",
            "GroupLeaseRace",
            "LockWordRace",
            "MappingRace",
            "PrepareClaimRace",
            "SyncClaimRace",
            "ThreadTurnRace",
            "WakeupRace");

    @TempDir
    Path directory;

    @Test
    void noRaceEndsInAForbiddenState() throws Exception {
        RaceRun run = RaceRun.of(".*Race", "", EACH, directory);
        System.out.println("races: " + run.passed().size() + " races, " + run.samples() + " samples, "
                + run.passed().values().stream().filter(passed -> !passed).count() + " with forbidden results");
        assertThat(run.passed()).as(run.output()).containsOnlyKeys(RACES);
        assertThat(run.passed().values()).as(run.output()).doesNotContain(false);
    }

    /// The words without their compare-and-set.
    @Test
    void aLostUpdateIsSeenInEachWord() throws Exception {
        String first = weaken(
                "log/ShardState.java",
                "return LONG.compareAndSet(page, (long) field, expected, value);",
                "boolean free = acquire(field) == expected; if (free) { release(field, value); } return free;");
        var _ = weaken(
                "consumer/GroupFile.java",
                "return LONG.compareAndSet(memory, (long) GroupDescriptor.leaseField(shard), expected, incarnation);",
                "boolean free = lease(shard) == expected;"
                        + " if (free) { LONG.setRelease(memory, (long) GroupDescriptor.leaseField(shard), incarnation); }"
                        + " return free;");
        assertAllFail(first, "LockWordRace", "SyncClaimRace", "PrepareClaimRace", "GroupLeaseRace");
    }

    /// Publication before the copy, a mapping that ends under a reader, a sleeper that is forgotten, a turn that two
    /// threads take at once.
    @Test
    void aBrokenOrderIsSeen() throws Exception {
        String first = weaken(
                "log/ShardAppender.java",
                "state.writeLimit((long) position + bytes);",
                "state.writeLimit((long) position + bytes); state.endOffset(end + count);");
        var _ = weaken("log/Segment.java", "if (count >= RETIRED) {", "if (count >= RETIRED + RETIRED / 2) {");
        var _ = weaken(
                "consumer/Wakeup.java",
                "if (thread != null && seats.compareAndSet(seat, thread, null)) {",
                "if (thread != null && waiting.get() > 1 && seats.compareAndSet(seat, thread, null)) {");
        var _ = weaken(
                "log/ThreadTurn.java",
                "!HOLDER.compareAndSet(this, from, word)",
                "(holder != from || (holder = word) != word)");
        assertAllFail(first, "AppendRace", "MappingRace", "WakeupRace", "ThreadTurnRace");
    }

    private void assertAllFail(String first, String... races) throws Exception {
        RaceRun run = RaceRun.of(String.join("|", races), first, EACH, directory.resolve("run"));
        assertThat(run.passed()).as(run.output()).containsOnlyKeys(races);
        assertThat(run.passed().values()).as(run.output()).doesNotContain(true);
    }

    private String weaken(String source, String text, String instead) throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        return WeakenedClasses.of(CORE, "dev/cometlog/internal/" + source, text, instead, classes);
    }
}
