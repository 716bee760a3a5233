package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `cp -a` of a log that others append to opens as a log in which every shard is a prefix of the original, and holds
/// everything that was acknowledged before the copy began.
@Timeout(150)
class BackupIT {
    private static final int SHARDS = 4;
    private static final int COPIES = 4;
    private static final int ENTRIES_BETWEEN = 3_000;

    @TempDir
    private Path directory;

    @Test
    void aCopyOfALiveLogHoldsAPrefixOfEveryShard() throws Exception {
        Path log = directory.resolve("log");
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(log, acks, 2, SHARDS, 0);
        List<long[]> ends = new ArrayList<>();
        try (Worker _ = Worker.start(setup, 0, directory.resolve("output"));
                Worker _ = Worker.start(setup, 2, directory.resolve("output"))) {
            for (int copy = 0; copy < COPIES; copy++) {
                long least = Acks.count(acks) + ENTRIES_BETWEEN;
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Acks.count(acks) >= least);
                ends.add(ends(Acks.readAll(acks)));
                copy(log, directory.resolve("copy-" + copy));
            }
        }
        for (int copy = 0; copy < COPIES; copy++) {
            assertIsPrefix(log, directory.resolve("copy-" + copy), ends.get(copy));
        }
    }

    /// Behind the last acknowledged entry of each shard.
    private static long[] ends(List<Acks.Ack> acks) {
        long[] ends = new long[SHARDS];
        acks.forEach(ack -> ends[ack.shard()] = Math.max(ends[ack.shard()], ack.offset() + 1));
        return ends;
    }

    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process cp = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(cp.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(cp.waitFor(60, TimeUnit.SECONDS)).isTrue();
        // A segment that is prepared gets its name while others are copied: cp then misses the one it knew of.
        assertThat(said.lines()).allSatisfy(line -> assertThat(line).contains("next-", "No such file"));
    }

    private static void assertIsPrefix(Path log, Path copy, long[] acknowledged) {
        try (Comet original = AppendingWorker.open(log);
                Comet copied = AppendingWorker.open(copy)) {
            for (int number = 0; number < SHARDS; number++) {
                List<byte[]> whole = new ArrayList<>();
                List<String> faults = new ArrayList<>();
                read(original.stream(AppendingWorker.STREAM).shard(number), whole, faults);
                List<byte[]> part = new ArrayList<>();
                read(copied.stream(AppendingWorker.STREAM).shard(number), part, faults);
                assertThat(faults).as("shard %d of %s", number, copy).isEmpty();
                assertThat(part.size()).isBetween((int) acknowledged[number], whole.size());
                for (int i = 0; i < part.size(); i++) {
                    assertThat(Arrays.equals(part.get(i), whole.get(i)))
                            .as("offset %d of shard %d of %s", i, number, copy)
                            .isTrue();
                }
                // And it goes on from there like any other log.
                long offset =
                        copied.stream(AppendingWorker.STREAM).shard(number).append(Payloads.of(99, number));
                assertThat(offset).isGreaterThanOrEqualTo(part.size());
            }
        }
    }

    private static void read(CometShard shard, List<byte[]> into, List<String> faults) {
        long _ = shard.scan(
                0,
                Verify.CRC,
                (offset, time, memory, position, length) -> {
                    if (offset != into.size()) {
                        faults.add(shard + ": offset " + offset + " where " + into.size() + " was expected");
                    }
                    into.add(memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
                    return true;
                },
                (Gap gap) -> faults.add(gap.toString()));
    }
}
