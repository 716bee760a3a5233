package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Settings of a process and of a directory, each by what would be different without it.
@Timeout(60)
class ProcessSettingsInUseTest {
    private static final int PERMISSIONS = 07777;

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private ShardFixture fixture;

    @BeforeEach
    void makeFixture() throws IOException {
        fixture = new ShardFixture(directory.resolve("fixture"));
        fixture.time = time;
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    private Shard open(CometConfig.Builder config) {
        fixture.config = config.build();
        return fixture.open(ShardFixture.BOOT);
    }

    private static void append(Shard shard, int entries) {
        for (int i = 0; i < entries; i++) {
            ShardFixture.append(shard, "x");
        }
    }

    private long durableAfter(Shard shard, Duration more) {
        time.advance(more);
        shard.tick(time.nanoTime());
        return shard.state().durableOffset();
    }

    @Test
    void aSyncBeginsOnceSyncEntriesArePending() {
        Shard shard = open(CometConfig.builder().syncEntries(10).syncInterval(Duration.ofHours(1)));
        append(shard, 9);
        assertThat(durableAfter(shard, Duration.ofSeconds(1))).isZero();
        append(shard, 1);
        assertThat(durableAfter(shard, Duration.ofMillis(100))).isEqualTo(10);
        shard.close(true);
    }

    @Test
    void aSyncBeginsOnceSomethingIsPendingForTheSyncInterval() {
        Shard shard = open(CometConfig.builder().syncInterval(Duration.ofSeconds(5)));
        append(shard, 1);
        assertThat(durableAfter(shard, Duration.ZERO)).isZero();
        assertThat(durableAfter(shard, Duration.ofMillis(4900))).isZero();
        assertThat(durableAfter(shard, Duration.ofMillis(200))).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void anAppendWaitsForAnotherHolderAsLongAsTheAppendTimeout() throws IOException {
        fixture.time = TimeSource.SYSTEM;
        Shard shard = open(CometConfig.builder().appendTimeout(Duration.ofMillis(150)));
        append(shard, 1);
        try (Incarnations other = Incarnations.open(fixture.storage, fixture.directory, FilesMode.DEFAULT.file())) {
            assertThat(shard.state().casLockWord(0, other.self())).isTrue();
            long began = System.nanoTime();
            assertThatThrownBy(() -> append(shard, 1))
                    .isInstanceOf(CometException.ShardBusy.class)
                    .hasMessageContaining("for more than 150 ms by process");
            // The default is 10 s.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(9));
            assertThat(shard.state().casLockWord(other.self(), 0)).isTrue();
        }
        shard.close(true);
    }

    @Test
    void aNetworkFilesystemIsUsedOnlyIfItIsAllowed() {
        Path path = directory.resolve("log");
        for (boolean readOnly : new boolean[] {false, true}) {
            CometConfig refused = CometConfig.builder().readOnly(readOnly).build();
            assertThatThrownBy(() -> Logs.open(path, refused, _ -> FilesystemTest.on("nfs4"), time))
                    .isInstanceOf(CometException.UnsupportedFilesystem.class);
            CometConfig allowed = CometConfig.builder()
                    .readOnly(readOnly)
                    .allowAnyFilesystem(true)
                    .build();
            Logs.close(Logs.open(path, allowed, _ -> FilesystemTest.on("nfs4"), time));
        }
    }

    @Test
    void aSharedGroupMayWriteAllFilesWhateverTheUmask() throws IOException {
        Path path = directory.resolve("log");
        Log log = Logs.open(path, CometConfig.builder().sharedGroup().build());
        append(log.findOrCreate("events:v1", 1).shard(0), 1);
        assertThat(mode(path.resolve("streams"))).isEqualTo(02770);
        assertThat(mode(path.resolve("streams/events%3Av1/0000"))).isEqualTo(02770);
        assertThat(mode(path.resolve("comet.state"))).isEqualTo(0660);
        assertThat(mode(path.resolve("streams/events%3Av1/0000/state"))).isEqualTo(0660);
        Logs.close(log);
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
    }

    private Log openExpiring() {
        CometConfig config = CometConfig.builder()
                .segmentBytes(1 << 18)
                .retention(r -> r.maxAge(Duration.ofSeconds(10)).minSegments(0))
                .build();
        return Logs.open(directory.resolve("log"), config, DiskStorage::new, time);
    }

    private static void fill(Shard shard, int rolls) {
        long target = shard.state().counters().get(ShardCounters.Counter.ROLLS) + rolls;
        while (shard.state().counters().get(ShardCounters.Counter.ROLLS) < target) {
            shard.append(new byte[1000], 0, 1000);
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("log/streams/events%3Av1/0000"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static void awaitDeletion(Path file) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.notExists(file));
    }

    @Test
    void onceAMinuteWhatIsTooOldGoesThoughNobodyOpenedItsShard() throws IOException {
        Log log = openExpiring();
        fill(log.findOrCreate("events:v1", 1).shard(0), 3);
        Logs.close(log);
        Log again = openExpiring();
        Path oldest = segments().getFirst();
        time.advance(Duration.ofSeconds(61));
        awaitDeletion(oldest);
        Logs.close(again);
    }

    @Test
    void aRollDeletesWhatIsTooOldWithoutWaitingForTheMinute() throws IOException {
        Log log = openExpiring();
        Shard shard = log.findOrCreate("events:v1", 1).shard(0);
        fill(shard, 3);
        Path oldest = segments().getFirst();
        time.advance(Duration.ofSeconds(61));
        awaitDeletion(oldest);
        // That was the minute; the next one does not come in this test.
        fill(shard, 2);
        Path next = segments().getFirst();
        time.advance(Duration.ofSeconds(30));
        fill(shard, 1);
        awaitDeletion(next);
        Logs.close(log);
    }
}
