package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.Health;
import dev.cometlog.Health.Kind;
import dev.cometlog.Health.Status;
import dev.cometlog.Overflow;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.consumer.LogHealth;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Procfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each thing that can be wrong with a log is named, and no longer so once it was mended.
@Timeout(60)
class LogHealthTest {
    private static final String STREAM = "events:v1";

    /// Of a process that only these tests know.
    private static final long INCARNATION = (1L << 61) + 7;

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private Log log;

    @BeforeEach
    void open() {
        open(settings -> {});
    }

    private void open(Consumer<CometConfig.Builder> settings) {
        CometConfig.Builder config = CometConfig.builder();
        settings.accept(config);
        log = Logs.open(directory, config.build(), mode -> intercepted.storage(), time);
    }

    private void reopen(Consumer<CometConfig.Builder> settings) {
        Logs.close(log);
        open(settings);
    }

    @AfterEach
    void close() {
        intercepted.before((method, path) -> {});
        Logs.close(log);
    }

    private List<Health.Reason> health() {
        return LogHealth.of(log);
    }

    private void assertHealthy() {
        assertThat(health()).isEmpty();
    }

    private void assertUnwell(Kind kind, Status status, String subject, String... words) {
        assertThat(health()).singleElement().satisfies(reason -> {
            assertThat(reason.kind()).isEqualTo(kind);
            assertThat(reason.status()).isEqualTo(status);
            assertThat(reason.subject()).isEqualTo(subject);
            assertThat(reason.message()).contains(words);
        });
    }

    private Shard shard() {
        return log.findOrCreate(STREAM, 1).shard(0);
    }

    /// A segment is opened under the name that it has while it is prepared.
    private static boolean isForceOfASegment(String method, Path path) {
        return method.equals("force") && path.toString().contains("0000/") && !path.endsWith("state");
    }

    /// A group that has begun and read nothing, so that everything is protected.
    private void group() throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, "g");
        Batch _ = consumer.poll(STREAM, 1, Duration.ZERO);
        consumer.close();
    }

    private void fill(int kilobytes) {
        byte[] kilobyte = new byte[1000];
        for (int i = 0; i < kilobytes; i++) {
            long _ = shard().append(kilobyte, 0, kilobyte.length);
        }
    }

    @Test
    void aLogThatWorksIsHealthy() {
        fill(10);
        shard().sync();
        assertHealthy();
    }

    @Test
    void aFailedFsyncPoisonsUntilTheShardWasMended() {
        fill(1);
        shard().sync();
        intercepted.before((method, path) -> {
            if (isForceOfASegment(method, path)) {
                throw new IOException("injected");
            }
        });
        fill(1);
        assertThatThrownBy(() -> shard().sync()).isInstanceOf(CometException.Poisoned.class);
        intercepted.before((method, path) -> {});
        assertUnwell(
                Kind.POISONED_SHARD,
                Status.FAILED,
                "events:v1:shard:0000",
                Long.toString(ProcessHandle.current().pid()));
        assertThat(shard().state().casPoison(shard().state().poison(), 0)).isTrue();
        assertThat(health()).noneMatch(reason -> reason.kind() == Kind.POISONED_SHARD);
    }

    @Test
    void whatADeviceDoesNotTakeIsOverdueUntilItDoes() {
        fill(1);
        shard().sync();
        CountDownLatch device = new CountDownLatch(1);
        intercepted.before((method, path) -> {
            if (isForceOfASegment(method, path)) {
                await(device);
            }
        });
        fill(1);
        time.advance(Duration.ofSeconds(10));
        assertHealthy();
        time.advance(Duration.ofSeconds(1));
        assertUnwell(Kind.SYNC_OVERDUE, Status.DEGRADED, "events:v1:shard:0000", "offset 1 ", "11 s");
        device.countDown();
        Awaitility.await().untilAsserted(() -> {
            time.advance(Duration.ofSeconds(1));
            assertHealthy();
        });
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aStoppedProcessThatHoldsAShardIsNamedUntilItGoesOn() throws Exception {
        fill(1);
        shard().sync();
        assertNamedWhileStopped(
                Status.FAILED,
                word -> assertThat(shard().state().casLockWord(word == 0 ? INCARNATION : 0, word))
                        .isTrue());
    }

    @Test
    void soIsOneThatReadsForAGroup() throws Exception {
        fill(1);
        shard().sync();
        group();
        Path file = directory.resolve("streams/events%3Av1/groups/g");
        assertNamedWhileStopped(Status.DEGRADED, word -> {
            ByteBuffer lease = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, word);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                assertThat(channel.write(lease, GroupDescriptor.leaseField(0))).isEqualTo(Long.BYTES);
            }
        });
    }

    private interface Holding {
        /// @param word who holds it, 0 for nobody
        void by(long word) throws IOException;
    }

    private void assertNamedWhileStopped(Status status, Holding holding) throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            long pid = child.pid();
            var stat = Procfs.stat(pid);
            assumeTrue(stat.isPresent(), "no /proc here, which tells who is stopped");
            Path description = directory.resolve("processes/" + "%016x".formatted(INCARNATION));
            Files.write(
                    description,
                    PropertiesText.encode(Map.of(
                            "pid",
                            Long.toString(pid),
                            "name",
                            "Sleeper",
                            "startTicks",
                            Long.toString(stat.get().startTicks()))));
            holding.by(INCARNATION);
            assertHealthy();
            signal("-STOP", pid);
            Awaitility.await()
                    .untilAsserted(() ->
                            assertUnwell(Kind.STOPPED_HOLDER, status, "events:v1:shard:0000", "Sleeper", "stopped"));
            signal("-CONT", pid);
            Awaitility.await().untilAsserted(this::assertHealthy);
            holding.by(0);
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static void signal(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void damageIsToldUntilRetentionHasDeletedIt() throws Exception {
        fill(2);
        shard().sync();
        Path segment = shard().view().paths().segment(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[64 + 12] ^= 1;
        Files.write(segment, bytes);
        assertHealthy();
        List<String> _ = ShardFixture.read(shard(), 0);
        assertUnwell(Kind.DAMAGE, Status.DEGRADED, "events:v1:shard:0000", "1 damaged", "from offset 0 to 0");
        shard().state().startOffset(1);
        assertHealthy();
    }

    @Test
    void aRefusedAppendIsToldForAMinuteAndAFullDirectoryForAsLongAsItIs() throws InterruptedException {
        reopen(config -> config.retention(retention ->
                retention.maxTotalBytes(4 << 20).overflow(Overflow.REJECT).maxShardBytes(1 << 30)));
        fill(1);
        group();
        assertThatThrownBy(() -> fill(8000)).isInstanceOf(CometException.LogFull.class);
        assertUnwell(Kind.APPENDS_REFUSED, Status.FAILED, "events:v1:shard:0000", " 1 entries so far");
        shard().sync();
        time.advance(Duration.ofSeconds(61));
        assertHealthy();
        log.alterBounds(Map.of("maxTotalBytes", Long.toString(log.budget().allocatedBytes() + 4096)));
        assertUnwell(Kind.DISK_NEAR_BOUND, Status.DEGRADED, log.directory().toString(), "maxTotalBytes=");
        log.alterBounds(Map.of("maxTotalBytes", Long.toString(1 << 30)));
        assertHealthy();
    }

    @ParameterizedTest
    @CsvSource({
        "open, Too many open files, ulimit -n",
        "write, Input/output error, Input/output error",
        "open, Read-only file system, mounted read-only"
    })
    void anAppendThatTheSystemFailsIsToldForAMinute(String call, String reason, String told) {
        fill(1);
        intercepted.before((method, path) -> {
            if (method.equals(call) && path.toString().contains(".prepared")) {
                throw new FileSystemException(path.toString(), null, reason);
            }
        });
        assertThatThrownBy(() -> fill(8000)).isInstanceOf(CometException.IoFailure.class);
        intercepted.before((method, path) -> {});
        shard().sync();
        assertUnwell(Kind.APPENDS_FAILING, Status.FAILED, "events:v1:shard:0000", told);
        fill(1);
        shard().sync();
        time.advance(Duration.ofSeconds(61));
        assertHealthy();
    }

    @Test
    void aFullShardThatMayNotDropIsNearItsBound() throws Exception {
        reopen(config -> config.retention(retention -> retention.overflow(Overflow.REJECT)));
        fill(600);
        shard().sync();
        long bytes = new DirectoryCount(intercepted.storage())
                .present(shard().view().paths().directory());
        log.alter(STREAM, Map.of("maxShardBytes", Long.toString(bytes + 4096)));
        // Nobody has to read it: the oldest may go.
        assertHealthy();
        group();
        assertUnwell(
                Kind.DISK_NEAR_BOUND,
                Status.DEGRADED,
                "events:v1:shard:0000",
                "maxShardBytes=" + (bytes + 4096),
                "REJECT");
        log.alter(STREAM, Map.of("maxShardBytes", Long.toString(1 << 30)));
        assertHealthy();
    }

    @Test
    void tooLittleFreeSpaceIsNamed() {
        log.alterBounds(Map.of("minFreeBytes", Long.toString(1L << 60)));
        assertUnwell(
                Kind.FREE_SPACE_LOW, Status.DEGRADED, log.directory().toString(), "minFreeBytes=1152921504606846976");
        log.alterBounds(Map.of("minFreeBytes", "0"));
        assertHealthy();
    }

    @Test
    void droppedEntriesAreToldForTenMinutes() {
        fill(1);
        shard().sync();
        assertHealthy();
        shard().state().counters().set(ShardCounters.Counter.LAST_DROP_MICROS, time.epochMicros());
        shard().state().counters().set(ShardCounters.Counter.DROPPED, 17);
        time.advance(Duration.ofMinutes(10));
        assertUnwell(Kind.ENTRIES_DROPPED, Status.DEGRADED, "events:v1:shard:0000", "17 so far");
        time.advance(Duration.ofSeconds(1));
        assertHealthy();
    }

    @Test
    void aCodecThatIsNotThereIsNamed() throws IOException {
        fill(1);
        Path properties = directory.resolve("streams/events%3Av1/stream.properties");
        byte[] before = Files.readAllBytes(properties);
        var stored = PropertiesText.decode(before).orElseThrow();
        stored.put("codec", "nocodec");
        Files.write(properties, PropertiesText.encode(stored));
        reopen(config -> config.readOnly(true));
        assertUnwell(Kind.MISSING_CODEC, Status.FAILED, STREAM, "nocodec");
        Files.write(properties, before);
        reopen(config -> config.readOnly(true));
        assertHealthy();
    }

    @Test
    void aGroupWhoseFileCannotBeReadIsNamedUntilItCan() throws Exception {
        fill(1);
        shard().sync();
        group();
        reopen(config -> config.readOnly(true));
        Path file = directory.resolve("streams/events%3Av1/groups/g");
        byte[] before = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(before, 10));
        assertUnwell(Kind.STUCK_GROUP, Status.FAILED, STREAM, "\"g\"", "cannot be read", "10 bytes");
        Files.write(file, before);
        assertHealthy();
    }

    @Test
    void lostSettingsAreNamedUntilTheyAreThereAgain() throws IOException {
        fill(1);
        Path properties = directory.resolve("streams/events%3Av1/stream.properties");
        byte[] before = Files.readAllBytes(properties);
        Files.delete(properties);
        assertUnwell(Kind.SETTINGS_LOST, Status.DEGRADED, STREAM, "missing or damaged");
        Files.write(properties, before);
        assertHealthy();
    }

    @Test
    void aShardThatCannotBeOpenedIsNamed() throws IOException {
        fill(1);
        Logs.close(log);
        log = Logs.open(directory, CometConfig.builder().readOnly(true).build());
        Path state = directory.resolve("streams/events%3Av1/0000/state");
        Path aside = directory.resolve("aside");
        Files.move(state, aside);
        assertUnwell(Kind.UNREADABLE_SHARD, Status.FAILED, "events:v1:shard:0000", "state");
        Files.move(aside, state);
        assertHealthy();
    }
}
