package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import dev.cometlog.Overflow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A log on a disk that is too small, under four writing processes and a group that lags.
class SmallDiskIT {
    private static final long MIB = 1 << 20;
    private static final long BOUND = 24 * MIB;

    /// Entries of about 4 KiB: twice what fits.
    private static final long FAR_MORE_THAN_FITS = 12_000;

    private static final Duration BLOCK_TIMEOUT = Duration.ofMillis(300);

    @TempDir
    Path scratch;

    @ParameterizedTest
    @CsvSource({
        "ext4, DROP_OLDEST", "ext4, REJECT", "ext4, BLOCK",
        "xfs, DROP_OLDEST", "xfs, REJECT", "xfs, BLOCK"
    })
    void atTheBoundNothingGoesThatThePolicyDoesNotNameAndTheDiskStaysWithin(String type, Overflow overflow)
            throws Exception {
        // Little more than the bound: what was deleted must give its room back while all processes go on.
        try (LoopDisk disk = LoopDisk.mount(scratch, type, BOUND + 12 * MIB)) {
            Path log = disk.path().resolve("log");
            List<Acks.Ack> acks;
            long refused;
            String output;
            long most;
            try (Comet comet = FilledLog.open(log, overflow, BOUND, BLOCK_TIMEOUT);
                    AllocatedBlocks blocks = new AllocatedBlocks(log)) {
                CometShard shard =
                        comet.stream(FillingWorker.STREAM, FilledLog.SHARDS).shard(0);
                try (LaggingGroup group = new LaggingGroup(comet);
                        FillingWorkers writers =
                                new FillingWorkers(scratch, log, FilledLog.WRITERS, FilledLog.SHARDS)) {
                    group.awaitFirst();
                    if (overflow == Overflow.DROP_OLDEST) {
                        writers.awaitAcks(FAR_MORE_THAN_FITS);
                        assertThat(shard.startOffset()).isPositive();
                    } else {
                        writers.awaitRefusals();
                    }
                    group.catchUp();
                    writers.awaitAcks(FAR_MORE_THAN_FITS / 2);
                    acks = writers.stop();
                    refused = writers.refused();
                    output = writers.output();
                    FilledLog.awaitEverythingTold(comet, group);
                    assertThat(group.gaps() > 0).isEqualTo(overflow == Overflow.DROP_OLDEST);
                }
                most = blocks.most();
                assertThat(blocks.samples()).isGreaterThan(50);
            }
            assertThat(most).as("allocated blocks").isBetween(BOUND / 2, BOUND);
            assertThat(refused > 0).as(output).isEqualTo(overflow != Overflow.DROP_OLDEST);
            FilledLog.check(log, acks, refused, overflow);
        }
    }

    @Test
    void onAFilesystemThatTurnedReadOnlyErrorsAreTypedAndReadsGoOn() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(scratch, "ext4", 64 * MIB, "-e", "remount-ro")) {
            Path log = disk.path().resolve("log");
            // Not closed: that would have to write.
            Comet comet = FilledLog.open(log, Overflow.DROP_OLDEST, BOUND, BLOCK_TIMEOUT);
            CometShard shard =
                    comet.stream(FillingWorker.STREAM, FilledLog.SHARDS).shard(0);
            for (int i = 0; i < 20; i++) {
                long _ = shard.append(Payloads.large(0, i));
            }
            comet.sync();
            disk.breakIt();

            assertThatThrownBy(() -> appendMuch(shard))
                    .isInstanceOfAny(CometException.IoFailure.class, CometException.Poisoned.class)
                    .hasMessageContaining("ead-only file system");
            assertThat(FilledLog.scanAll(comet)).isGreaterThanOrEqualTo(20);
            assertThatThrownBy(comet::close).isInstanceOf(CometException.class);
            assertThatThrownBy(() -> Comet.open(log))
                    .isInstanceOf(CometException.IoFailure.class)
                    .hasMessageContaining("ead-only file system");
            try (Comet reading = Comet.open(log, c -> c.readOnly(true))) {
                assertThat(reading.stream(FillingWorker.STREAM).shard(0).recent(1))
                        .hasSize(1);
            }
        }
    }

    private static void appendMuch(CometShard shard) {
        for (int i = 0; i < FAR_MORE_THAN_FITS; i++) {
            long _ = shard.append(Payloads.large(0, i));
        }
        shard.sync();
    }

    @Test
    void theSamplerSeesAFileThatWasThereForAMomentAndHolesOfNone() throws Exception {
        Path tree = Files.createDirectory(scratch.resolve("tree"));
        try (AllocatedBlocks blocks = new AllocatedBlocks(tree)) {
            Path moment = tree.resolve("moment");
            Files.write(moment, new byte[(int) MIB]);
            long before = blocks.samples();
            await().pollInterval(Duration.ofMillis(1)).until(() -> blocks.samples() > before + 2);
            Files.delete(moment);
            LockSupport.parkNanos(1);
            assertThat(blocks.most()).isBetween(MIB, MIB + 64 * 1024);
        }
        try (var hole = java.nio.channels.FileChannel.open(
                tree.resolve("hole"),
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE)) {
            int _ = hole.write(java.nio.ByteBuffer.allocate(1), 8 * MIB);
        }
        assertThat(AllocatedBlocks.bytes(tree)).isLessThan(MIB);
    }
}
