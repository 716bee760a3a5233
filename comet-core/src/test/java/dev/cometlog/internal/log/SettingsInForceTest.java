package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which settings a process goes by when several of them set some.
class SettingsInForceTest {
    private static final Path STREAM_PROPERTIES = Path.of("streams", "events%3Av1", "stream.properties");

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private Log log;

    @AfterEach
    void close() {
        if (log != null) {
            Logs.close(log);
        }
    }

    private LogStream open(Consumer<CometConfig.Builder> settings) {
        CometConfig.Builder config = CometConfig.builder();
        settings.accept(config);
        log = Logs.open(directory, config.build(), DiskStorage::new, time);
        return log.findOrCreate("events:v1", 1);
    }

    /// Does what another process does that stores settings.
    private void storeElsewhere(Path properties, String name, String value) throws IOException {
        Path path = directory.resolve(properties);
        SortedMap<String, String> stored =
                new TreeMap<>(PropertiesText.decode(Files.readAllBytes(path)).orElseThrow());
        stored.put(name, value);
        WholeFiles.replace(new DiskStorage(FilesMode.DEFAULT), path, PropertiesText.encode(stored));
    }

    @ParameterizedTest
    @CsvSource({
        "maxAge, PT7H",
        "maxShardBytes, 7340032",
        "minSegments, 7",
        "protectUnconsumed, false",
        "overflow, REJECT",
        "blockTimeout, PT7S",
        "forceDeleteAfter, PT70H",
        "idleGroupAfter, PT7M",
        "segmentBytes, 7340032",
        "rollInterval, PT7M",
        "maxEntryBytes, 777"
    })
    void whatAnotherProcessStoresIsInForceWithinAMinute(String name, String value) throws IOException {
        LogStream stream = open(c -> c.segmentBytes(1 << 20));
        storeElsewhere(STREAM_PROPERTIES, name, value);
        StreamSettings expected =
                StreamSettings.of(PropertiesText.decode(Files.readAllBytes(directory.resolve(STREAM_PROPERTIES)))
                        .orElseThrow());
        await().untilAsserted(() -> {
            time.advance(Duration.ofSeconds(61));
            assertThat(stream.settings()).isEqualTo(expected);
        });
    }

    /// Lets the run at the start pass, so that the next one is due in a minute.
    private void awaitFirstRun() throws IOException {
        storeElsewhere(STREAM_PROPERTIES, "codecLevel", "2");
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            time.advance(Duration.ofSeconds(61));
            return log.find("events:v1").orElseThrow().settings().codecLevel() == 2;
        });
    }

    @Test
    void boundsOfTheDirectoryThatAnotherProcessStoresAreInForceWithinAMinute() throws IOException {
        open(c -> {});
        storeElsewhere(Path.of("comet.properties"), "maxTotalBytes", "7340032");
        storeElsewhere(Path.of("comet.properties"), "minFreeBytes", "7777");
        await().untilAsserted(() -> {
            time.advance(Duration.ofSeconds(61));
            assertThat(log.budget().bounds()).isEqualTo(new DiskBudget.Bounds(7_340_032, 7777));
        });
    }

    @Test
    void whatAnotherProcessStoresIsInForceAfterTheNextRoll() throws IOException {
        LogStream stream = open(c -> {});
        awaitFirstRun();
        storeElsewhere(STREAM_PROPERTIES, "maxShardBytes", "7340032");
        storeElsewhere(Path.of("comet.properties"), "maxTotalBytes", "77777777");
        byte[] payload = new byte[100_000];
        for (int i = 0; i < 4; i++) {
            long _ = stream.shard(0).append(payload, 0, payload.length);
        }
        await().untilAsserted(
                        () -> assertThat(stream.settings().maxShardBytes()).isEqualTo(7_340_032));
        assertThat(log.budget().maxTotalBytes()).isEqualTo(77_777_777);
    }

    @Test
    void settingsThatCannotBeReadStayAsTheyAre() throws IOException {
        LogStream stream =
                open(c -> c.retention(r -> r.maxAge(Duration.ofDays(9)).maxTotalBytes(99 << 20)));
        Files.writeString(directory.resolve(STREAM_PROPERTIES), "maxAge=PT1S\n");
        Files.delete(directory.resolve("comet.properties"));
        stream.refreshSettings();
        assertThat(stream.settings().maxAge()).isEqualTo(Duration.ofDays(9));
        assertThat(log.budget().maxTotalBytes()).isEqualTo(99 << 20);
    }

    @Test
    void alteredSettingsAreInForceEvenIfTheyCannotBeReadBack() {
        AtomicBoolean stored = new AtomicBoolean();
        log = Logs.open(
                directory,
                CometConfig.builder().build(),
                mode -> {
                    InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(mode));
                    intercepted.before((method, path) -> {
                        if (stored.get() && method.equals("open") && path.endsWith("stream.properties")) {
                            throw new IOException("Too many open files");
                        }
                        stored.compareAndSet(
                                false,
                                method.equals("rename") && path.toString().contains("stream.prop"));
                    });
                    return intercepted.storage();
                },
                time);
        LogStream stream = log.findOrCreate("events:v1", 1);
        stored.set(false);
        log.alter("events:v1", Map.of("maxAge", "PT7H"));
        assertThat(stored).isTrue();
        assertThat(stream.settings().maxAge()).isEqualTo(Duration.ofHours(7));
    }

    @Test
    void alteredSettingsOfOneStreamAreInForceAtOnceAndTouchNoOther() {
        LogStream stream = open(c -> c.retention(r -> r.maxAge(Duration.ofHours(9))));
        LogStream other = log.findOrCreate("other:v1", 1);
        log.alter("events:v1", Map.of("maxAge", "PT1H", "overflow", "REJECT"));
        assertThat(stream.settings().maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(stream.settings().overflow()).isEqualTo(Overflow.REJECT);
        assertThat(other.settings().maxAge()).isEqualTo(Duration.ofHours(9));
        assertThat(other.settings().overflow()).isEqualTo(Overflow.DROP_OLDEST);

        assertThatThrownBy(() -> log.alter("events:v1", Map.of("maxAge", "PT-1H")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxAge=PT-1H");
        assertThatThrownBy(() -> log.alter("events:v2", Map.of("maxAge", "PT1H")))
                .isInstanceOf(CometException.UnknownStream.class);
        log.alterBounds(Map.of("maxTotalBytes", "7340032"));
        assertThat(log.budget().maxTotalBytes()).isEqualTo(7_340_032);
        assertThatThrownBy(() -> log.alterBounds(Map.of("maxTotalBytes", "7")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxTotalBytes=7");
    }

    @Test
    void anotherOpenInThisProcessChangesStreamsThatAreInUse() {
        LogStream stream = open(c -> {});
        Log again = Logs.open(
                directory,
                CometConfig.builder()
                        .retention(r -> r.maxAge(Duration.ofHours(1)))
                        .build());
        assertThat(again).isSameAs(log);
        assertThat(stream.settings().maxAge()).isEqualTo(Duration.ofHours(1));
        Logs.close(again);
    }

    @Test
    void aPatternOverridesWhatIsSetForAllStreams() {
        LogStream events =
                open(c -> c.retention(r -> r.maxAge(Duration.ofHours(9)).minSegments(3))
                        .retention("ev*", r -> r.maxAge(Duration.ofHours(1)))
                        .retention("events:v2", r -> r.maxAge(Duration.ofHours(2)))
                        .retention("events*", r -> r.overflow(Overflow.BLOCK)));
        assertThat(events.settings().maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(events.settings().overflow()).isEqualTo(Overflow.BLOCK);
        assertThat(events.settings().minSegments()).isEqualTo(3);
        LogStream second = log.findOrCreate("events:v2", 1);
        assertThat(second.settings().maxAge()).isEqualTo(Duration.ofHours(2));
        LogStream other = log.findOrCreate("other:v1", 1);
        assertThat(other.settings().maxAge()).isEqualTo(Duration.ofHours(9));
        assertThat(other.settings().overflow()).isEqualTo(Overflow.DROP_OLDEST);
    }

    @Test
    void aPatternThatCannotBeIsRefused() {
        CometConfig.Builder config = CometConfig.builder();
        assertThatThrownBy(() -> config.retention("a*b", r -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pattern=a*b");
        assertThatThrownBy(() -> config.retention("a*", r -> r.maxTotalBytes(1 << 30)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxTotalBytes");
        assertThatThrownBy(() -> CometConfig.builder()
                        .retention("a*", r -> r.minSegments(-1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minSegments=-1");
    }
}
