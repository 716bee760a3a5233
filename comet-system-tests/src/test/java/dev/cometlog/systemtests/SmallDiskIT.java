package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import dev.cometlog.Overflow;
import dev.cometlog.Verify;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.log.ShardState.Counter;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A log on a disk that is too small, under four writing processes and a group that lags.
class SmallDiskIT {
    private static final long MIB = 1 << 20;
    private static final long BOUND = 24 * MIB;
    private static final int WRITERS = 4;
    private static final int SHARDS = 2;

    /// Entries of about 4 KiB: three times what fits.
    private static final long FAR_MORE_THAN_FITS = 18_000;

    @TempDir
    Path scratch;

    private LoopDisk mount(String type, long ext4Bytes) throws Exception {
        // xfs has a least size.
        return type.equals("xfs")
                ? LoopDisk.mount(scratch, type, 320 * MIB)
                : LoopDisk.mount(scratch, type, ext4Bytes, "-F", "-m", "0");
    }

    private static Comet open(Path log, Overflow overflow, long bound) {
        return Comet.open(
                log,
                c -> c.retention(r -> r.maxTotalBytes(bound)
                        .minFreeBytes(0)
                        .overflow(overflow)
                        .blockTimeout(Duration.ofMillis(300))));
    }

    @ParameterizedTest
    @CsvSource({
        "ext4, DROP_OLDEST", "ext4, REJECT", "ext4, BLOCK",
        "xfs, DROP_OLDEST", "xfs, REJECT", "xfs, BLOCK"
    })
    void atTheBoundNothingGoesThatThePolicyDoesNotNameAndTheDiskStaysWithin(String type, Overflow overflow)
            throws Exception {
        // Little more than the bound: what was deleted must give its room back while all processes go on.
        try (LoopDisk disk = mount(type, BOUND + 12 * MIB)) {
            Path log = disk.path().resolve("log");
            List<Acks.Ack> acks;
            long refused;
            String output;
            long most;
            try (Comet comet = open(log, overflow, BOUND);
                    AllocatedBlocks blocks = new AllocatedBlocks(log)) {
                CometShard shard = comet.stream(FillingWorker.STREAM, SHARDS).shard(0);
                try (LaggingGroup group = new LaggingGroup(comet);
                        FillingWorkers writers = new FillingWorkers(scratch, log, WRITERS, SHARDS)) {
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
                    awaitEverythingTold(comet, group);
                    assertThat(group.gaps() > 0).isEqualTo(overflow == Overflow.DROP_OLDEST);
                }
                most = blocks.most();
                assertThat(blocks.samples()).isGreaterThan(50);
            }
            assertThat(most).as("allocated blocks").isBetween(BOUND / 2, BOUND);
            assertThat(refused > 0).as(output).isEqualTo(overflow != Overflow.DROP_OLDEST);
            check(log, acks, refused, overflow);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void onAFullDiskAppendsFailBeforeAnOffsetAndReadsAcksAndRetentionGoOn(String type) throws Exception {
        try (LoopDisk disk = mount(type, 64 * MIB)) {
            Path log = disk.path().resolve("log");
            List<Acks.Ack> acks;
            long refused;
            try (Comet comet = open(log, Overflow.REJECT, 1024 * MIB);
                    LaggingGroup group = new LaggingGroup(comet);
                    FillingWorkers writers = new FillingWorkers(scratch, log, WRITERS, SHARDS)) {
                group.awaitFirst();
                writers.awaitAcks(200);
                disk.fillBut(4 * MIB);
                writers.awaitRefusals();
                disk.fillBut(0);

                disk.free();
                writers.awaitAcks(1000);

                disk.fillBut(0);
                writers.awaitRefusals();
                assertThat(scanAll(comet)).as("reads go on").isPositive();

                // Acks go on, and what is read gives way: no room but our own.
                group.catchUp();
                writers.awaitAcks(FAR_MORE_THAN_FITS / 4);
                acks = writers.stop();
                refused = writers.refused();
                awaitEverythingTold(comet, group);
                assertThat(group.gaps()).isZero();
            }
            disk.free();
            check(log, acks, refused, Overflow.REJECT);
        }
    }

    @Test
    void onAFilesystemThatTurnedReadOnlyErrorsAreTypedAndReadsGoOn() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(scratch, "ext4", 64 * MIB, "-F", "-m", "0", "-e", "remount-ro")) {
            Path log = disk.path().resolve("log");
            // Not closed: that would have to write.
            Comet comet = open(log, Overflow.DROP_OLDEST, BOUND);
            CometShard shard = comet.stream(FillingWorker.STREAM, SHARDS).shard(0);
            for (int i = 0; i < 20; i++) {
                long _ = shard.append(Payloads.large(0, i));
            }
            comet.sync();
            disk.breakIt();

            assertThatThrownBy(() -> appendMuch(shard))
                    .isInstanceOfAny(CometException.IoFailure.class, CometException.Poisoned.class)
                    .hasMessageContaining("ead-only file system");
            assertThat(scanAll(comet)).isGreaterThanOrEqualTo(20);
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

    private static long scanAll(Comet comet) {
        long[] entries = {0};
        for (int number = 0; number < SHARDS; number++) {
            CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
            shard.scan(
                    shard.startOffset(),
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> ++entries[0] > 0,
                    gap -> {});
        }
        return entries[0];
    }

    /// Every offset reaches the group, as an entry or in a gap.
    private static void awaitEverythingTold(Comet comet, LaggingGroup group) {
        for (int number = 0; number < SHARDS; number++) {
            CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
            int index = number;
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(group.told(index)).isEqualTo(shard.endOffset()));
        }
    }

    /// Whether every acknowledged entry is there or counted, and the identity holds.
    private static void check(Path directory, List<Acks.Ack> acks, long refused, Overflow overflow) {
        long counted = 0;
        Log log = Logs.openUnattended(directory, CometConfig.builder().build());
        try (Comet comet = Comet.open(directory)) {
            for (int number = 0; number < SHARDS; number++) {
                CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
                ShardState state = log.find(FillingWorker.STREAM)
                        .orElseThrow()
                        .shard(number)
                        .state();
                Map<Long, byte[]> kept = new HashMap<>();
                shard.scan(
                        shard.startOffset(),
                        Verify.CRC,
                        (offset, micros, memory, position, length) -> {
                            kept.put(offset, memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
                            return true;
                        },
                        gap -> {
                            throw new AssertionError(gap.toString());
                        });
                assertThat(kept.size()
                                + state.counter(Counter.EXPIRED)
                                + state.counter(Counter.DROPPED)
                                + state.counter(Counter.LOST))
                        .as("kept + expired + dropped + lost of " + shard)
                        .isEqualTo(shard.endOffset());
                assertThat(state.counter(Counter.LOST)).isZero();
                assertThat(state.counter(Counter.DROPPED) > 0)
                        .as("dropped")
                        .isEqualTo(overflow == Overflow.DROP_OLDEST);
                counted += state.counter(Counter.REFUSED);
                check(shard, number, kept, acks);
            }
            assertThat(counted).as("refused").isEqualTo(refused);
        } finally {
            Logs.close(log);
        }
    }

    private static void check(CometShard shard, int number, Map<Long, byte[]> kept, List<Acks.Ack> acks) {
        long acknowledged = 0;
        for (Acks.Ack ack : acks) {
            if (ack.shard() == number) {
                acknowledged++;
                byte[] payload = kept.get(ack.offset());
                assertThat(payload == null).as(ack.toString()).isEqualTo(ack.offset() < shard.startOffset());
                assertThat(payload == null
                                || java.util.Arrays.equals(payload, Payloads.large(ack.worker(), ack.sequence())))
                        .as(ack.toString())
                        .isTrue();
            }
        }
        assertThat(acknowledged).as("no offset without an acknowledgement").isEqualTo(shard.endOffset());
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
