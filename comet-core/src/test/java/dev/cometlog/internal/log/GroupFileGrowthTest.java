package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A group's file of an older layout, which lacks the counters of the present one.
class GroupFileGrowthTest {
    private static final String STREAM = "events:v1";

    /// So many that the counters take a block of their own.
    private static final int SHARDS = 64;

    private static final long COUNTED = 7;

    @TempDir
    Path directory;

    private InterceptedStorage intercepted;
    private Path file;
    private Log log;

    @BeforeEach
    void cutAGroupsFileBackToTheOlderLayout() throws Exception {
        log = open();
        long _ = log.findOrCreate(STREAM, SHARDS).shard(0).append(new byte[10], 0, 10);
        poll();
        Logs.close(log);
        try (Stream<Path> files = Files.walk(directory)) {
            file = files.filter(path -> path.endsWith("groups/group")).findAny().orElseThrow();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(channel.size()).isEqualTo(GroupDescriptor.length(SHARDS));
            channel.truncate(GroupDescriptor.essentialLength(SHARDS));
        }
        log = open();
    }

    @AfterEach
    void close() {
        Logs.close(log);
    }

    private Log open() {
        return Logs.open(
                directory,
                CometConfig.builder().build(),
                mode -> {
                    intercepted = new InterceptedStorage(new DiskStorage(mode));
                    return intercepted.storage();
                },
                TimeSource.SYSTEM);
    }

    private void poll() throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, "group");
        try {
            Batch _ = consumer.poll(STREAM, 1, Duration.ofMillis(1));
        } finally {
            consumer.close();
        }
    }

    @Test
    void itsGrowthIsAccountedFor() throws Exception {
        long before = log.budget().allocatedBytes();
        assertThat(before).isEqualTo(bytesOnDisk());
        poll();
        assertThat(Files.size(file)).isEqualTo(GroupDescriptor.length(SHARDS));
        assertThat(log.budget().allocatedBytes()).isEqualTo(bytesOnDisk()).isGreaterThan(before);
    }

    @Test
    void whatAnotherProcessCountsThatWasFasterToGrowItStays() throws Exception {
        boolean[] looked = {false};
        boolean[] grown = {false};
        intercepted.before((method, path) -> {
            if (path.equals(file) && looked[0] && !grown[0]) {
                grown[0] = true;
                growAndCount();
            }
            looked[0] |= path.equals(file) && method.equals("size");
        });
        poll();
        assertThat(grown[0]).isTrue();
        assertThat(counted()).isEqualTo(COUNTED);
    }

    /// As another process does.
    private void growAndCount() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int size = (int) channel.size();
            channel.write(ByteBuffer.allocate(GroupDescriptor.length(SHARDS) - size), size);
            ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(word.putLong(0, COUNTED), GroupDescriptor.historyField(SHARDS, 0, 0));
        }
    }

    private long counted() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(GroupDescriptor.historyField(SHARDS, 0, 0));
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(path -> DiskBudget.rounded(path.toFile().length()))
                    .sum();
        }
    }
}
