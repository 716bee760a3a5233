package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.Shard;
import dev.cometlog.internal.log.ShardCounters;
import dev.cometlog.internal.process.OtherProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBoundsTest {
    private static final long MIB = 1 << 20;
    private static final long BLOCK = 4096;
    private static final int ALLOCATED_FIELD = 128;

    @TempDir
    Path directory;

    private static void append(CometShard shard, int entries) {
        byte[] payload = new byte[1000];
        for (int i = 0; i < entries; i++) {
            long _ = shard.append(payload);
        }
    }

    private long bytesOnDisk() throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += (attributes.size() + BLOCK - 1) / BLOCK * BLOCK;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // Deleted while the tree was walked.
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    private long allocated() throws IOException {
        byte[] page = Files.readAllBytes(directory.resolve("comet.state"));
        return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).getLong(ALLOCATED_FIELD);
    }

    @Test
    void theDirectoryStaysWithinMaxTotalBytesAndTheOldestGoesFirst() throws IOException {
        try (Comet comet = Comet.open(directory, c -> c.retention(r -> r.maxTotalBytes(4 * MIB)))) {
            CometShard quiet = comet.stream("quiet:v1", 1).shard(0);
            append(quiet, 800);
            CometShard busy = comet.stream("busy:v1", 1).shard(0);
            for (int i = 0; i < 200; i++) {
                append(busy, 100);
                assertThat(bytesOnDisk()).isLessThanOrEqualTo(4 * MIB);
            }
            assertThat(quiet.startOffset()).isPositive();
            assertThat(busy.startOffset()).isPositive();
        }
        assertThat(allocated()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aShardThatNobodyOpenedSinceStartGivesWayToo() throws IOException {
        try (Comet comet = Comet.open(directory, c -> c.segmentBytes(1 << 18))) {
            append(comet.stream("old:v1", 1).shard(0), 5000);
        }
        try (Comet comet = Comet.open(directory, c -> c.retention(r -> r.maxTotalBytes(4 * MIB)))) {
            comet.retain();
            assertThat(bytesOnDisk()).isLessThanOrEqualTo(4 * MIB);
            assertThat(allocated()).isEqualTo(bytesOnDisk());
        }
    }

    @Test
    void minFreeBytesStopsGrowthAndShrinksNothing() throws IOException {
        try (Comet comet = Comet.open(directory)) {
            append(comet.stream("events:v1", 1).shard(0), 3000);
        }
        try (Comet comet = Comet.open(directory, c -> c.retention(r -> r.minFreeBytes(1L << 60)))) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            long start = shard.startOffset();
            comet.retain();
            assertThat(shard.startOffset()).isEqualTo(start);
            long before = bytesOnDisk();
            // More than may have been prepared before.
            append(shard, 10_000);
            assertThat(bytesOnDisk()).isLessThanOrEqualTo(before);
            assertThat(shard.startOffset()).isGreaterThan(start);
        }
    }

    @Test
    void atTheBoundOfTheDirectoryRejectRefusesWhatWouldCostUnreadEntriesOfAnyStream() throws Exception {
        try (Comet comet = Comet.open(
                directory, c -> c.retention(r -> r.maxTotalBytes(4 * MIB).overflow(Overflow.REJECT)))) {
            CometShard quiet = comet.stream("quiet:v1", 1).shard(0);
            append(quiet, 1000);
            readBy(comet, "quiet:v1", "group");
            CometShard busy = comet.stream("busy:v1", 1).shard(0);
            register(comet, "busy:v1");
            assertThatThrownBy(() -> append(busy, 20_000))
                    .isInstanceOf(CometException.LogFull.class)
                    .hasMessageContaining("maxTotalBytes=" + 4 * MIB);
            assertThat(busy.startOffset()).as("unread").isZero();
            assertThat(quiet.startOffset()).as("read by all, so it gave way").isPositive();

            readBy(comet, "busy:v1", "group");
            append(busy, 1500);
            assertThat(busy.startOffset()).isPositive();
        }
    }

    @Test
    void atTheBoundOfTheDirectoryBlockWaitsForAnotherStreamsGroup() throws Exception {
        try (Comet comet = Comet.open(
                directory, c -> c.retention(r -> r.maxTotalBytes(4 * MIB).overflow(Overflow.BLOCK)))) {
            CometShard busy = comet.stream("busy:v1", 1).shard(0);
            append(busy, 1);
            register(comet, "busy:v1");
            Thread writer = Thread.ofPlatform().start(() -> append(busy, 20_000));
            while (writer.isAlive()) {
                readBy(comet, "busy:v1", "group");
            }
            writer.join();
            assertThat(busy.endOffset()).isEqualTo(20_001);
        }
        assertThat(counter("busy:v1", ShardCounters.Counter.DROPPED)).isZero();
        assertThat(counter("busy:v1", ShardCounters.Counter.EXPIRED)).isPositive();
    }

    /// Makes a group that has read nothing.
    private static void register(Comet comet, String stream) throws InterruptedException {
        try (CometConsumer consumer = comet.consumer("group")) {
            Delivery _ = consumer.poll(stream, 1, Duration.ofMillis(1));
        }
    }

    private static void readBy(Comet comet, String stream, String group) throws InterruptedException {
        try (CometConsumer consumer = comet.consumer(group)) {
            while (true) {
                Delivery delivery = consumer.poll(stream, 1000, Duration.ofMillis(20));
                if (delivery == null || delivery.size() == 0) {
                    return;
                }
                delivery.ack();
            }
        }
    }

    private long counter(String stream, ShardCounters.Counter counter) {
        Log log = Logs.open(directory, CometConfig.builder().readOnly(true).build());
        try {
            return log.find(stream)
                    .orElseThrow()
                    .view(0)
                    .orElseThrow()
                    .state()
                    .counters()
                    .get(counter);
        } finally {
            Logs.close(log);
        }
    }

    @Test
    void aBoundThatWasLoweredBelowWhatIsThereCanBeRaisedAgainByAnotherProcess() throws Exception {
        try (Comet comet = Comet.open(directory, c -> c.retention(r -> r.overflow(Overflow.REJECT)))) {
            comet.stream("events:v1", 1);
            append(comet.stream("events:v1").shard(0), 1);
            register(comet, "events:v1");
            append(comet.stream("events:v1").shard(0), 3000);
        }
        try (OtherProcess _ = OtherProcess.start(directory)) {
            Log log = Logs.open(directory, CometConfig.builder().build());
            log.alterBounds(Map.of("maxTotalBytes", Long.toString(MIB)));
            Shard shard = log.find("events:v1").orElseThrow().shard(0);
            assertThatThrownBy(() -> {
                        while (true) {
                            long _ = shard.append(new byte[1000], 0, 1000);
                        }
                    })
                    .isInstanceOf(CometException.LogFull.class);
            Logs.close(log);

            Log again = Logs.open(directory, CometConfig.builder().build());
            again.alterBounds(Map.of("maxTotalBytes", Long.toString(64 * MIB)));
            long _ = again.find("events:v1").orElseThrow().shard(0).append(new byte[1000], 0, 1000);
            Logs.close(again);
        }
    }

    @Test
    void everyByteIsAccountedForAfterAnySequence() throws Exception {
        try (Comet comet = Comet.open(
                directory,
                c -> c.rollInterval(Duration.ofSeconds(1))
                        .retention(r -> r.maxShardBytes(MIB).maxTotalBytes(8 * MIB)))) {
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                CometShard shard = comet.stream("events:v" + i, 2).shard(i % 2);
                writers.add(Thread.ofPlatform().start(() -> append(shard, 4000)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            comet.sync();
            comet.retain();
        }
        assertThat(allocated()).isEqualTo(bytesOnDisk());
        try (Comet comet = Comet.open(directory)) {
            comet.retain();
            assertThat(allocated()).isEqualTo(bytesOnDisk());
        }
    }
}
