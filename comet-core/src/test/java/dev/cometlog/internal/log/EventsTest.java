package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a recording of Flight Recorder tells of a shard.
class EventsTest {
    private static final String SHARD = "events:v1:shard:0000";

    /// The lock word where a holder failed and could not mend what it left.
    private static final long ABANDONED = 1;

    @TempDir
    Path directory;

    @Test
    void everyKindOfEventIsRecordedWithItsFigures() throws Exception {
        List<RecordedEvent> events = record(this::live);
        assertThat(named(events, "AppendStall"))
                .extracting(event -> event.getString("shard") + " " + event.getString("reason"))
                .contains(SHARD + " segment", SHARD + " offsets");
        RecordedEvent roll = only(events, "Roll", event -> event.getLong("baseOffset") == 0);
        assertThat(roll.getLong("capacity")).isEqualTo(256 * 1024);
        RecordedEvent sync = only(events, "Sync", event -> event.getLong("durableOffset") == 1);
        assertThat(sync.getLong("entries")).isEqualTo(1);
        assertThat(sync.getBoolean("failed")).isFalse();
        RecordedEvent failed = only(events, "Sync", event -> event.getBoolean("failed"));
        assertThat(failed.getLong("entries")).isZero();
        RecordedEvent recovery = only(events, "Recovery", event -> event.getLong("endOffset") == 1);
        assertThat(recovery.getBoolean("stateLost")).isFalse();
        RecordedEvent damage = only(events, "Damage", event -> true);
        assertThat(damage.getLong("from")).isZero();
        assertThat(damage.getLong("to")).isEqualTo(1);
        assertThat(named(events, "TakeOver")).isNotEmpty();
        RecordedEvent retention = only(events, "Retention", event -> true);
        assertThat(retention.getInt("segments")).isEqualTo(1);
        assertThat(retention.getLong("bytes")).isGreaterThanOrEqualTo(256 * 1024);
        assertThat(retention.getLong("expired")).isPositive();
        assertThat(retention.getLong("dropped")).isZero();
    }

    @Test
    void aProcessThatDoesNotUseTheRecorderDoesNotSetItUp() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+init=info:stdout",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        UnwantedEvents.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String initialized = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(initialized).contains(SegmentRoller.class.getName());
        assertThat(initialized).doesNotContain(Events.class.getName() + "$");
    }

    @Test
    void nothingIsRecordedThatNobodyWants() throws Exception {
        try (Recording recording = new Recording()) {
            recording.disable("dev.cometlog.Sync");
            recording.disable("dev.cometlog.Roll");
            List<RecordedEvent> events = record(recording, this::live);
            assertThat(named(events, "Sync")).isEmpty();
            assertThat(named(events, "Roll")).isEmpty();
            assertThat(named(events, "Damage")).isNotEmpty();
        }
    }

    /// A life in which everything happens once.
    private void live() throws IOException {
        InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
        ManualTime time = new ManualTime();
        try (ShardFixture fixture = new ShardFixture(directory, intercepted.storage())) {
            fixture.time = time;
            fixture.background = task -> {};
            fixture.streamSettings = Map.of(StreamSettings.MIN_SEGMENTS, "0");
            Shard shard = fixture.open(ShardFixture.BOOT);
            ShardFixture.append(shard, "x");
            shard.sync();
            shard.close(true);
            shard = fixture.openInNewEpoch(ShardFixture.BOOT);
            // A holder of the lock word failed inside.
            assertThat(shard.state().casLockWord(0, ABANDONED)).isTrue();
            ShardFixture.append(shard, "taken over");
            damageFirst(fixture);
            List<String> _ = ShardFixture.read(shard, 0);
            for (int i = 0; i < 400; i++) {
                ShardFixture.append(shard, "x".repeat(1000));
            }
            shard.sync();
            time.advance(Duration.ofHours(10));
            Retained _ = shard.retain(false);
            intercepted.before((method, path) -> {
                if (method.equals("force") && !path.endsWith("state")) {
                    throw new IOException("injected");
                }
            });
            ShardFixture.append(shard, "y");
            Shard failing = shard;
            assertThatThrownBy(failing::sync).isInstanceOf(CometException.Poisoned.class);
            intercepted.before((method, path) -> {});
            shard.close(true);
        }
    }

    private static void damageFirst(ShardFixture fixture) throws IOException {
        Path segment = fixture.paths.segment(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[64 + 12] ^= 1;
        Files.write(segment, bytes);
    }

    private interface Work {
        void run() throws IOException;
    }

    private List<RecordedEvent> record(Work work) throws Exception {
        try (Recording recording = new Recording()) {
            return record(recording, work);
        }
    }

    private List<RecordedEvent> record(Recording recording, Work work) throws Exception {
        // What is enabled by the settings of the event itself counts, as in a recording of a user.
        recording.start();
        work.run();
        recording.stop();
        Path file = directory.resolveSibling(directory.getFileName() + ".jfr");
        recording.dump(file);
        try {
            return RecordingFile.readAllEvents(file);
        } finally {
            Files.delete(file);
        }
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.cometlog." + name))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name, Predicate<RecordedEvent> matching) {
        List<RecordedEvent> found =
                named(events, name).stream().filter(matching).toList();
        assertThat(found).as(name).hasSize(1);
        return found.getFirst();
    }
}
