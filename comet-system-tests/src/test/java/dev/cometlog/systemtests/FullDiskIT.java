package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Overflow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A log on a disk that somebody else fills to the last block, under four writing processes and a group that lags.
class FullDiskIT {
    private static final long MIB = 1 << 20;
    private static final long DISK = 64 * MIB;

    /// Never reached: the disk is full before.
    private static final long BOUND = 48 * MIB;

    /// What others leave to the log at first, and what they give back.
    private static final long LEFT = 10 * MIB;

    private static final long GIVEN_BACK = 6 * MIB;

    /// Entries of about 4 KiB: more than segments that are there already can take.
    private static final long MORE_THAN_FITS = 2500;

    private static final Duration BLOCK_TIMEOUT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path scratch;

    @ParameterizedTest
    @CsvSource({
        "ext4, DROP_OLDEST", "ext4, REJECT", "ext4, BLOCK",
        "xfs, DROP_OLDEST", "xfs, REJECT", "xfs, BLOCK"
    })
    void nothingGoesThatThePolicyDoesNotNameAndReadsAcksAndRetentionGoOn(String type, Overflow overflow)
            throws Exception {
        try (LoopDisk disk = LoopDisk.mount(scratch, type, DISK)) {
            Path log = disk.path().resolve("log");
            List<Acks.Ack> acks;
            long refused;
            long most;
            try (Comet comet = FilledLog.open(log, overflow, BOUND, BLOCK_TIMEOUT);
                    AllocatedBlocks blocks = new AllocatedBlocks(log)) {
                CometShard shard =
                        comet.stream(FillingWorker.STREAM, FilledLog.SHARDS).shard(0);
                disk.fillBut(LEFT);
                try (LaggingGroup group = new LaggingGroup(comet);
                        FillingWorkers writers =
                                new FillingWorkers(scratch, log, FilledLog.WRITERS, FilledLog.SHARDS)) {
                    group.awaitFirst();
                    awaitTheFullDisk(writers, shard, overflow);
                    disk.fillBut(0);
                    awaitTheFullDisk(writers, shard, overflow);
                    assertThat(FilledLog.scanAll(comet)).as("reads go on").isPositive();

                    disk.giveBack(GIVEN_BACK);
                    writers.awaitAcks(GIVEN_BACK / 2 / Payloads.large(0, 0).length);

                    disk.fillBut(0);
                    awaitTheFullDisk(writers, shard, overflow);
                    // Acks go on, and what is read gives way: no room but our own.
                    group.catchUp();
                    writers.awaitAcks(overflow == Overflow.DROP_OLDEST ? 1000 : MORE_THAN_FITS);
                    acks = writers.stop();
                    refused = writers.refused();
                    assertThat(writers.shortestRefusal())
                            .isGreaterThanOrEqualTo(overflow == Overflow.BLOCK ? BLOCK_TIMEOUT : Duration.ZERO);
                    assertThat(refused > 0).as(writers.output()).isEqualTo(overflow != Overflow.DROP_OLDEST);
                    FilledLog.awaitEverythingTold(comet, group);
                    assertThat(group.gaps() > 0).isEqualTo(overflow == Overflow.DROP_OLDEST);
                }
                most = blocks.most();
            }
            assertThat(most).as("allocated blocks").isBetween(LEFT / 2, BOUND);
            disk.free();
            FilledLog.check(log, acks, refused, overflow);
        }
    }

    private static void awaitTheFullDisk(FillingWorkers writers, CometShard shard, Overflow overflow) throws Exception {
        if (overflow == Overflow.DROP_OLDEST) {
            long start = shard.startOffset();
            // The oldest makes room.
            writers.await(() -> shard.startOffset() > start);
        } else {
            writers.awaitFullDisk();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void underBlockAppendsWaitForRoomOnTheDiskAndGoOnOnceThereIsSome(String type) throws Exception {
        try (LoopDisk disk = LoopDisk.mount(scratch, type, DISK)) {
            Path log = disk.path().resolve("log");
            List<Acks.Ack> acks;
            try (Comet comet = FilledLog.open(log, Overflow.BLOCK, BOUND, LONG)) {
                CometShard _ =
                        comet.stream(FillingWorker.STREAM, FilledLog.SHARDS).shard(0);
                disk.fillBut(LEFT);
                try (LaggingGroup group = new LaggingGroup(comet);
                        FillingWorkers writers =
                                new FillingWorkers(scratch, log, FilledLog.WRITERS, FilledLog.SHARDS)) {
                    group.awaitFirst();
                    writers.awaitStandstill();
                    disk.fillBut(0);
                    writers.awaitStandstill();

                    disk.giveBack(GIVEN_BACK);
                    writers.awaitAcks(GIVEN_BACK / 2 / Payloads.large(0, 0).length);
                    writers.awaitStandstill();

                    group.catchUp();
                    writers.awaitAcks(MORE_THAN_FITS);
                    acks = writers.stop();
                    assertThat(writers.refused()).as(writers.output()).isZero();
                    FilledLog.awaitEverythingTold(comet, group);
                    assertThat(group.gaps()).isZero();
                }
            }
            disk.free();
            FilledLog.check(log, acks, 0, Overflow.BLOCK);
        }
    }
}
