package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.process.OtherProcess;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A disk without room, whichever file it is that does not fit: a typed error, nothing left behind, and all is well
/// once there is room.
class FullDiskTest {
    private static final String STREAM = "events:v1";
    private static final byte[] PAYLOAD = new byte[1000];

    /// More often than a log of a few KiB has room for leaks.
    private static final int ATTEMPTS = 20;

    @TempDir
    Path directory;

    /// The disk is full for files whose path matches this.
    private volatile String full = "nothing";

    private final AtomicInteger refused = new AtomicInteger();

    private Log open() {
        return Logs.open(
                directory.resolve("log"),
                CometConfig.builder().build(),
                mode -> {
                    InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(mode));
                    intercepted.before(this::check);
                    return intercepted.storage();
                },
                TimeSource.SYSTEM);
    }

    private void check(String method, Path path) throws IOException {
        if (method.equals("write") && path.toString().matches(full)) {
            refused.incrementAndGet();
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    /// What needs a file, and the file that does not fit.
    enum Needs {
        STREAM_PROPERTIES(".*stream[.]properties.*"),
        OTHER_SETTINGS(".*stream[.]properties.*"),
        OTHER_BOUNDS(".*comet[.]properties.*"),
        STATE_PAGE(".*/0001/state.*"),
        SEGMENT(".*/0001/.*[.]prepared"),
        INDEX(".*/0001/.*[.]index"),
        GROUP(".*/groups/.*");

        private final String file;

        Needs(String file) {
            this.file = file;
        }

        private void workOn(Log log) throws InterruptedException {
            switch (this) {
                case STREAM_PROPERTIES -> {
                    LogStream _ = log.findOrCreate("other:v1", 4);
                }
                case OTHER_SETTINGS -> log.alter(STREAM, Map.of("maxAge", "PT1H"));
                case OTHER_BOUNDS -> log.alterBounds(Map.of("maxTotalBytes", "104857600"));
                case STATE_PAGE, SEGMENT, INDEX -> append(log, 1);
                case GROUP -> poll(log);
            }
        }
    }

    private static void append(Log log, int shard) {
        long _ = log.findOrCreate(STREAM, 4).shard(shard).append(PAYLOAD, 0, PAYLOAD.length);
    }

    private static void poll(Log log) throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, "group");
        try {
            Batch _ = consumer.poll(STREAM, 1, Duration.ofSeconds(5));
        } finally {
            consumer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whateverDoesNotFitFailsTypedLeavesNothingBehindAndFitsOnceThereIsRoom(Needs needs) throws Exception {
        Log log = open();
        append(log, 0);
        full = needs.file;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            assertThatThrownBy(() -> needs.workOn(log))
                    .isInstanceOf(CometException.DiskFull.class)
                    .hasMessageContaining("No space left on device");
        }
        assertThat(refused.get()).isGreaterThanOrEqualTo(ATTEMPTS);
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.map(Path::toString)).noneMatch(file -> file.matches(".*([.]tmp-|[.]prepared).*"));
        }
        assertThat(log.budget().allocatedBytes()).isEqualTo(bytesOnDisk());
        append(log, 0);

        full = "nothing";
        needs.workOn(log);
        append(log, 1);
        assertThat(log.findOrCreate(STREAM, 4).shard(1).state().endOffset()).isPositive();
        assertThat(log.budget().allocatedBytes()).isEqualTo(bytesOnDisk());
        Logs.close(log);
    }

    @Test
    void whatIsRefusedWhileItsShardCannotEvenBeMadeIsCountedThereOnceItIs() {
        Log log = open();
        LogStream stream = log.findOrCreate(STREAM, 4);
        full = Needs.STATE_PAGE.file;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            assertThatThrownBy(() -> stream.shardForAppend(1, 3)).isInstanceOf(CometException.DiskFull.class);
        }
        full = "nothing";
        ShardState state = stream.shard(1).state();
        assertThat(state.counters().get(ShardCounters.Counter.REFUSED)).isEqualTo(3 * ATTEMPTS);
        assertThat(state.counters().get(ShardCounters.Counter.LAST_REFUSED_MICROS))
                .isPositive();
        Logs.close(log);
    }

    @ParameterizedTest
    @ValueSource(strings = {".*comet[.]properties.*", ".*comet[.]state.*", ".*/processes/.*"})
    void aLogThatCannotBeMadeForWantOfRoomIsMadeOnceThereIsRoom(String file) throws Exception {
        full = file;
        assertThatThrownBy(this::open)
                .isInstanceOf(CometException.DiskFull.class)
                .hasMessageContaining("No space left on device");
        full = "nothing";
        Log log = open();
        append(log, 0);
        assertThat(log.budget().allocatedBytes()).isEqualTo(bytesOnDisk());
        Logs.close(log);
    }

    @Test
    void anOpenThatFailsLateLeavesNothingBehind() throws Exception {
        Logs.close(open());
        try (OtherProcess _ = OtherProcess.start(directory.resolve("log"))) {
            long before = bytesOnDisk();
            Set<Thread> threads = Threads.named("comet-housekeeper");
            full = ".*/processes/.*";
            assertThatThrownBy(this::open).isInstanceOf(CometException.DiskFull.class);
            // Those that were there before are of other tests.
            assertThat(Threads.named("comet-housekeeper")).isSubsetOf(threads);
            assertThat(bytesOnDisk()).isEqualTo(before);
            full = "nothing";
            Log log = open();
            Logs.close(log);
        }
        Logs.close(open());
    }

    @Test
    void aLogOnAFullDiskOpensForReadingAndServes() {
        Log log = open();
        append(log, 0);
        Logs.close(log);
        full = ".*";
        Log reading = Logs.open(
                directory.resolve("log"), CometConfig.builder().readOnly(true).build());
        assertThat(reading.find(STREAM)
                        .orElseThrow()
                        .view(0)
                        .orElseThrow()
                        .state()
                        .endOffset())
                .isEqualTo(1);
        Logs.close(reading);
    }
}
