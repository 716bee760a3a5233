package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

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
            append(shard, 3000);
            assertThat(bytesOnDisk()).isLessThanOrEqualTo(before);
            assertThat(shard.startOffset()).isGreaterThan(start);
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
