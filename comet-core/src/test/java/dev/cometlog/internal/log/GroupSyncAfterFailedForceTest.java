package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.log.LogPromises.GroupId;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A force of a group's file that failed has left pages in the cache that count as clean and are not on the disk. Acks
/// that a later sync calls durable are there all the same after the power was cut.
class GroupSyncAfterFailedForceTest {
    private static final String STREAM = "events:v1";
    private static final String GROUP = "audit";
    private static final int ENTRIES = 3;

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private Path path;

    @BeforeEach
    void makeDirectory() throws IOException {
        path = Files.createDirectory(directory.resolve("log"));
    }

    @Test
    void whatTheSameConsumerSyncsAgainIsDurable() throws Exception {
        try (PowerCutStorage storage = new PowerCutStorage(new MemoryDisk(directory, time), directory, Set.of())) {
            Log log = open(storage, 1);
            GroupConsumer consumer = acknowledgedInVain(storage, log);

            consumer.sync();

            log.incarnations().close();
            assertDurable(storage);
        }
    }

    @Test
    void whatAnotherConsumerSyncsWhoKnowsOfNoFailureIsDurable() throws Exception {
        try (PowerCutStorage storage = new PowerCutStorage(new MemoryDisk(directory, time), directory, Set.of())) {
            Log log = open(storage, 1);
            acknowledgedInVain(storage, log);

            new GroupConsumer(log, GROUP).sync();

            log.incarnations().close();
            assertDurable(storage);
        }
    }

    @Test
    void whoOnlyReadsTheLogMaySyncAndChangesNothing() throws Exception {
        MemoryDisk disk = new MemoryDisk(directory, time);
        try (PowerCutStorage storage = new PowerCutStorage(disk, directory, Set.of())) {
            Log log = open(storage, 1);
            acknowledgedInVain(storage, log).sync();
            log.incarnations().close();
        }
        Log reading = open(disk, 1, CometConfig.builder().readOnly(true).build());
        try {
            assertThatCode(new GroupConsumer(reading, GROUP)::sync).doesNotThrowAnyException();
        } finally {
            reading.close();
        }
    }

    /// Acknowledges everything, and cannot make that durable at first.
    private static GroupConsumer acknowledgedInVain(PowerCutStorage storage, Log log) throws InterruptedException {
        long _ = log.findOrCreate(STREAM, 1).shard(0).appendBatch(List.of(new byte[1], new byte[1], new byte[1]));
        log.sync();
        GroupConsumer consumer = new GroupConsumer(log, GROUP);
        Batch batch = consumer.poll(STREAM, ENTRIES, Duration.ofMillis(1));
        batch.ack();
        storage.device(forced -> {
            throw new IOException("Input/output error: " + forced);
        });
        assertThatThrownBy(consumer::sync)
                .isInstanceOf(CometException.IoFailure.class)
                .hasMessageContaining(GROUP);
        storage.device(forced -> true);
        return consumer;
    }

    private void assertDurable(PowerCutStorage storage) throws IOException {
        for (int seed = 0; seed < 8; seed++) {
            MemoryDisk left = new MemoryDisk(directory, time);
            storage.cut(new Random(seed), left, directory);
            Log log = open(left, 2);
            try {
                assertThat(LogGroups.acked(log, log.find(STREAM).orElseThrow(), new GroupId(STREAM, GROUP), 0))
                        .as("acknowledged behind the power cut of seed %d", seed)
                        .isEqualTo(ENTRIES);
            } finally {
                log.close();
            }
        }
    }

    private Log open(Storage storage, long boot) throws IOException {
        return open(storage, boot, CometConfig.builder().build());
    }

    private Log open(Storage storage, long boot, CometConfig config) throws IOException {
        BootId id = new BootId(boot, 7);
        Machine machine = new Machine(mode -> storage, time, () -> id, (name, count) -> new DirectExecutor());
        LogDirectory resolved = LogDirectory.resolve(storage, path, true);
        return new LogOpener(resolved, config, machine).open();
    }
}
