package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometShard;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.KillPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Writers die in the middle of a deletion, again and again, while another goes on and a group lags.
class RetentionKillIT {
    private static final int KILLED = 137;
    private static final int KILLS = 4;
    private static final int SHARDS = 2;
    private static final int SECONDS = 60;
    private static final long SHARD_BOUND = 2 << 20;
    private static final long BLOCK = 4096;

    @TempDir
    Path scratch;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "RETAIN_.*")
    void dyingThereCostsNoEntryAndTheCountsAddUp(KillPoint point) throws Exception {
        Path directory = scratch.resolve("log");
        try (Comet comet = Comet.open(directory, c -> c.retention(r -> r.maxShardBytes(SHARD_BOUND)))) {
            comet.stream(FillingWorker.STREAM, SHARDS);
            try (LaggingGroup group = new LaggingGroup(comet);
                    FillingWorkers peer = new FillingWorkers(scratch, directory, 1, SHARDS)) {
                group.awaitFirst();
                for (int kill = 1; kill <= KILLS; kill++) {
                    dieAt(point, kill, directory);
                    peer.awaitAcks(100);
                }
                group.catchUp();
                peer.awaitAcks(2000);
                List<Acks.Ack> acks = peer.stop();
                assertThat(peer.refused()).as(peer.output()).isZero();
                check(comet, directory, acks);
            }
        }
        try (Comet comet = Comet.open(directory)) {
            comet.retain();
            assertThat(allocated(directory)).as("counted anew").isEqualTo(bytesOnDisk(directory));
        }
    }

    private void dieAt(KillPoint point, int number, Path directory) throws IOException, InterruptedException {
        Process victim =
                FillingWorkers.start(scratch, directory, number, SHARDS, "-Dcomet.killPoint=" + point + ":" + number);
        try {
            assertThat(victim.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as(point + " must be reached")
                    .isTrue();
            assertThat(victim.exitValue()).isEqualTo(KILLED);
        } finally {
            Process _ = victim.destroyForcibly();
        }
    }

    private static void check(Comet comet, Path directory, List<Acks.Ack> acks) throws IOException {
        long given = 0;
        for (int number = 0; number < SHARDS; number++) {
            CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
            given += shard.endOffset();
            BoundedLog.Counts counts = BoundedLog.check(directory, shard, number, acks);
            assertThat(counts.lost()).isZero();
            assertThat(counts.dropped()).as("dropped of " + shard).isPositive();
        }
        // Who was killed may have been given an offset that it did not come to note.
        assertThat(given).isBetween((long) acks.size(), (long) acks.size() + KILLS);
        assertThat(allocated(directory)).as("accounted for").isGreaterThanOrEqualTo(bytesOnDisk(directory));
    }

    private static long allocated(Path directory) {
        Log log = Logs.open(directory, CometConfig.builder().build());
        try {
            return log.budget().allocatedBytes();
        } finally {
            Logs.close(log);
        }
    }

    private static long bytesOnDisk(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> (file.toFile().length() + BLOCK - 1) / BLOCK * BLOCK)
                    .sum();
        }
    }
}
