package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.process.OtherProcess;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What opening a directory promises, whatever is found there.
class LogDirectoryTest {

    @TempDir
    Path parent;

    @Test
    void theDirectoryIsMadeWithItsParentsAndWithTheStoredModes() throws IOException {
        Path directory = parent.resolve("a/b");
        try (Comet comet = Comet.open(directory, config -> config.fileMode(0600).dirMode(0700))) {
            comet.stream("events:v1", 1).append(bytes("x"));
        }
        Path stream = directory.resolve("streams/events%3Av1");
        assertThat(mode(stream)).isEqualTo(0700);
        assertThat(mode(stream.resolve("stream.properties"))).isEqualTo(0600);
        assertThat(mode(directory.resolve("comet.state"))).isEqualTo(0600);
        // Stored: what does not set them gets them too.
        try (Comet comet = Comet.open(directory)) {
            comet.stream("other:v1", 1);
        }
        assertThat(mode(directory.resolve("streams/other%3Av1"))).isEqualTo(0700);
    }

    @Test
    void aDirectoryThatHoldsSomethingElseIsRefusedUntouched() throws IOException {
        Files.writeString(parent.resolve("letter.txt"), "dear");
        assertThatThrownBy(() -> Comet.open(parent))
                .isInstanceOf(CometException.NotALog.class)
                .hasMessageContaining("letter.txt");
        assertThat(snapshot(parent)).hasSize(1);
        assertThatThrownBy(() -> Comet.open(parent.resolve("letter.txt"))).isInstanceOf(CometException.NotALog.class);
    }

    @Test
    void lostAndFoundDoesNotMakeADirectoryForeign() throws IOException {
        Files.createDirectory(parent.resolve("lost+found"));
        Comet.open(parent).close();
        assertThat(parent.resolve("comet.state")).exists();
    }

    @Test
    void unknownFilesBesideALogAreIgnored() throws IOException {
        try (Comet comet = Comet.open(parent)) {
            comet.stream("events:v1", 1);
        }
        Files.writeString(parent.resolve("notes"), "x");
        Files.writeString(parent.resolve("streams/notes"), "x");
        try (Comet comet = Comet.open(parent)) {
            assertThat(comet.streams()).containsExactly("events:v1");
        }
    }

    @Test
    void aLinkInPlaceOfTheStateIsRefused() throws IOException {
        Comet.open(parent).close();
        Path elsewhere = Files.move(parent.resolve("comet.state"), parent.resolve("elsewhere"));
        Files.createSymbolicLink(parent.resolve("comet.state"), elsewhere);
        assertThatThrownBy(() -> Comet.open(parent))
                .isInstanceOf(CometException.Damaged.class)
                .hasMessageContaining("comet.state");
    }

    @Test
    void aLostOrDamagedStateIsMadeAnewIfNobodyIsAlive() throws IOException {
        append("one");
        Files.delete(parent.resolve("comet.state"));
        append("two");
        Files.write(parent.resolve("comet.state"), new byte[4096]);
        append("three");
        try (Comet comet = Comet.open(parent)) {
            assertThat(comet.stream("events:v1").shard(0).length()).isEqualTo(3);
        }
    }

    @Test
    void aLostStateIsAnErrorWhileAnotherProcessIsAlive() throws Exception {
        append("one");
        try (OtherProcess other = OtherProcess.start(parent)) {
            Files.delete(parent.resolve("comet.state"));
            assertThatThrownBy(() -> Comet.open(parent))
                    .isInstanceOf(CometException.Damaged.class)
                    .hasMessageContaining("other processes");
            assertThat(other.ask("others")).isEqualTo("false");
        }
    }

    @Test
    void anEpochLastsWhileAnybodyIsAlive() throws Exception {
        append("one");
        byte[] first = Files.readAllBytes(parent.resolve("comet.state"));
        try (OtherProcess other = OtherProcess.start(parent)) {
            append("two");
            assertThat(epoch()).isEqualTo(Arrays.copyOfRange(first, 64, 72));
            assertThat(other.ask("others")).isEqualTo("false");
        }
        append("three");
        assertThat(epoch()).isNotEqualTo(Arrays.copyOfRange(first, 64, 72));
    }

    @Test
    void damagedPropertiesOfTheLogAreMadeAnew() throws IOException {
        append("one");
        Files.writeString(parent.resolve("comet.properties"), "nonsense");
        append("two");
        assertThat(properties("comet.properties")).containsEntry("format", "1");
        Files.delete(parent.resolve("comet.properties"));
        append("three");
        try (Comet comet = Comet.open(parent)) {
            assertThat(comet.stream("events:v1").shard(0).length()).isEqualTo(3);
        }
    }

    @Test
    void lostPropertiesOfAStreamAreRebuiltFromItsSegments() throws IOException {
        try (Comet comet = Comet.open(parent)) {
            comet.stream("events:v1", 7).append("key", bytes("x"));
        }
        for (boolean damaged : List.of(true, false)) {
            Path file = parent.resolve("streams/events%3Av1/stream.properties");
            if (damaged) {
                Files.writeString(file, "shards=3\n");
            } else {
                Files.delete(file);
            }
            try (Comet comet = Comet.open(parent)) {
                assertThat(comet.stream("events:v1").shardCount()).isEqualTo(7);
                assertThat(comet.streams()).containsExactly("events:v1");
            }
            assertThat(properties("streams/events%3Av1/stream.properties")).containsEntry("shards", "7");
        }
    }

    @Test
    void whatAProcessSetsIsStoredAndBindsTheOthers() throws IOException {
        try (Comet comet =
                Comet.open(parent, c -> c.segmentBytes(1 << 20).retention(r -> r.maxAge(Duration.ofHours(24))))) {
            comet.stream("events:v1", 1);
        }
        append("x");
        assertThat(properties("streams/events%3Av1/stream.properties"))
                .containsEntry("segmentBytes", "1048576")
                .containsEntry("maxAge", "PT24H");
        assertThatThrownBy(() -> {
                    try (Comet comet = Comet.open(parent, c -> c.maxEntryBytes(8 << 20))) {
                        comet.stream("events:v1");
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxEntryBytes=8388608")
                .hasMessageContaining("segmentBytes=1048576");
    }

    @Test
    void newerFormatsAndFeaturesAreRefusedUntouched() throws IOException {
        append("x");
        Map<String, String> stored = properties("comet.properties");
        Map<String, String> unknownWriterBit = with(stored, "featureBits.writer", "4");
        for (Map<String, String> newer :
                List.of(with(stored, "format", "2"), with(stored, "featureBits.reader", "4"), unknownWriterBit)) {
            Files.write(parent.resolve("comet.properties"), PropertiesText.encode(newer));
            assertThatThrownBy(() -> Comet.open(parent)).isInstanceOf(CometException.NewerFormat.class);
            assertThat(properties("comet.properties")).isEqualTo(newer);
        }
        try (Comet comet = Comet.open(parent, c -> c.readOnly(true))) {
            assertThat(comet.stream("events:v1").shard(0).length()).isEqualTo(1);
        }
        Files.write(parent.resolve("comet.properties"), PropertiesText.encode(with(stored, "featureBits.reader", "4")));
        assertThatThrownBy(() -> Comet.open(parent, c -> c.readOnly(true)))
                .isInstanceOf(CometException.NewerFormat.class);
    }

    @Test
    void readOnlyWritesNothing() throws IOException {
        append("one");
        Map<String, String> before = snapshot(parent);
        try (Comet comet = Comet.open(parent, config -> config.readOnly(true))) {
            CometShard shard = comet.stream("events:v1").shard(0);
            assertThat(shard.recent(1)).extracting(Entry::bytes).containsExactly(bytes("one"));
            assertThat(comet.streams()).containsExactly("events:v1");
            assertThatThrownBy(() -> shard.append(bytes("x"))).isInstanceOf(CometException.ReadOnly.class);
            assertThatThrownBy(() -> comet.stream("new", 1)).isInstanceOf(CometException.UnknownStream.class);
            assertThatThrownBy(comet::processId).isInstanceOf(CometException.ReadOnly.class);
        }
        assertThat(snapshot(parent)).isEqualTo(before);
        Path absent = parent.resolve("absent");
        assertThatThrownBy(() -> Comet.open(absent, config -> config.readOnly(true)))
                .isInstanceOf(CometException.NotALog.class);
        assertThat(absent).doesNotExist();
    }

    @Test
    void oneWhoOnlyReadsFollowsAShardThatAnotherRecoversLaterOn() throws IOException {
        append("one");
        Path state = parent.resolve("streams/events%3Av1/0000/state");
        try (FileChannel page = FileChannel.open(state, StandardOpenOption.WRITE)) {
            // As if the machine had been started anew since then.
            page.write(ByteBuffer.wrap(new byte[16]).put(0, (byte) 1), 72);
        }
        try (Comet reading = Comet.open(parent, config -> config.readOnly(true))) {
            CometShard shard = reading.stream("events:v1").shard(0);
            assertThat(shard.recent(5)).extracting(Entry::bytes).containsExactly(bytes("one"));
            append("two");
            assertThat(shard.recent(5)).extracting(Entry::bytes).containsExactly(bytes("one"), bytes("two"));
        }
    }

    @Test
    void oneWhoOnlyReadsFollowsAShardWhosePageIsJustBeingMade() throws IOException {
        append("one");
        Path shardDirectory = parent.resolve("streams/events%3Av1/0000");
        try (FileChannel page = FileChannel.open(shardDirectory.resolve("state"), StandardOpenOption.WRITE)) {
            // Neither epoch nor boot yet.
            page.write(ByteBuffer.allocate(24), 64);
        }
        try (Comet reading = Comet.open(parent, config -> config.readOnly(true))) {
            CometShard shard = reading.stream("events:v1").shard(0);
            assertThat(shard.endOffset()).isNotNegative();
            append("two");
            assertThat(shard.recent(1)).extracting(Entry::bytes).containsExactly(bytes("two"));
        }
    }

    @Test
    void aSecondOpenWithOtherSettingsOfTheProcessIsRefusedByName() throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), Files.createDirectory(parent.resolve("log")));
        try (Comet comet = Comet.open(parent.resolve("log"))) {
            assertThatThrownBy(() -> Comet.open(link, config -> config.syncEntries(5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("syncEntries=5");
            assertThat(comet.streams()).isEmpty();
        }
        Comet.open(link, config -> config.syncEntries(5)).close();
    }

    @Test
    void aSecondOpenSetsTheBoundsOfTheDirectoryAsAnotherProcessWould() throws IOException {
        try (Comet comet = Comet.open(parent);
                Comet second = Comet.open(
                        parent, c -> c.retention(r -> r.maxTotalBytes(64 << 20).minFreeBytes(4096)))) {
            for (Comet open : List.of(comet, second)) {
                assertThat(open.stats().disk().maxTotalBytes()).isEqualTo(64 << 20);
                assertThat(open.stats().disk().minFreeBytes()).isEqualTo(4096);
            }
            assertThat(properties("comet.properties"))
                    .containsEntry("maxTotalBytes", "67108864")
                    .containsEntry("minFreeBytes", "4096");
        }
    }

    @Test
    void settingsThatCannotBeAreRefusedByName() {
        refused("segmentBytes=1", c -> c.segmentBytes(1));
        refused("rollInterval=PT2H", c -> c.rollInterval(Duration.ofHours(2)));
        refused("maxEntryBytes=0", c -> c.maxEntryBytes(0));
        refused("syncInterval=PT0S", c -> c.syncInterval(Duration.ZERO));
        refused("syncEntries=0", c -> c.syncEntries(0));
        refused("appendTimeout=PT0S", c -> c.appendTimeout(Duration.ZERO));
        refused("defaultShards=0", c -> c.defaultShards(0));
        refused("fileMode=07", c -> c.fileMode(07));
        refused("maxAge=PT-1S", c -> c.retention(r -> r.maxAge(Duration.ofSeconds(-1))));
        refused("maxTotalBytes=1", c -> c.retention(r -> r.maxTotalBytes(1)));
        refused("minFreeBytes=-1", c -> c.retention(r -> r.minFreeBytes(-1)));
        refused("minSegments=-1", c -> c.retention(r -> r.minSegments(-1)));
    }

    private void refused(String named, Consumer<CometConfig.Builder> settings) {
        assertThatThrownBy(() -> Comet.open(parent, settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void appendsAreRefusedIfTheFilesystemHasNoRoomToSpareAndNothingOfOurOwnCanGo() {
        try (Comet comet = Comet.open(parent, c -> c.retention(r -> r.minFreeBytes(1L << 60)))) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            byte[] payload = new byte[100_000];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            shard.append(payload);
                        }
                    })
                    .isInstanceOf(CometException.DiskFull.class)
                    .hasMessageContaining("minFreeBytes=" + (1L << 60));
        }
    }

    @Test
    void twoClassLoadersAndAnotherProcessShareADirectory() throws Exception {
        append("before");
        try (OtherProcess other = OtherProcess.start(parent)) {
            Log log = Logs.open(parent, CometConfig.builder().build());
            String self = "alive " + log.incarnations().self();
            byte[] epoch = epoch();
            try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
                Class<?> comet = loader.loadClass(Comet.class.getName());
                assertThat(comet).isNotSameAs(Comet.class);
                AutoCloseable opened =
                        (AutoCloseable) comet.getMethod("open", Path.class).invoke(null, parent);
                comet.getMethod("append", String.class, List.class).invoke(opened, "events:v1", List.of(bytes("x")));
                assertThat(other.ask(self)).isEqualTo("true");
                opened.close();
            }
            // Neither a close nor the garbage collector may take the locks of the first one along.
            System.gc();
            assertThat(other.ask(self)).isEqualTo("true");
            append("y");
            assertThat(epoch()).isEqualTo(epoch);
            Logs.close(log);
            assertThat(other.ask(self)).isEqualTo("false");
        }
        try (Comet comet = Comet.open(parent)) {
            assertThat(comet.stream("events:v1").shard(0).length()).isEqualTo(3);
        }
    }

    @Test
    void syncCoversWhatOthersAppendedToShardsThatAreNotOpenHere() throws Exception {
        try (Comet here = Comet.open(parent);
                URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Consumer<Object> noBackgroundSync = builder -> {
                try {
                    Object _ = builder.getClass()
                            .getMethod("syncInterval", Duration.class)
                            .invoke(builder, Duration.ofHours(1));
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError(e.getMessage(), e);
                }
            };
            Class<?> comet = loader.loadClass(Comet.class.getName());
            try (AutoCloseable there = (AutoCloseable)
                    comet.getMethod("open", Path.class, Consumer.class).invoke(null, parent, noBackgroundSync)) {
                comet.getMethod("append", String.class, List.class)
                        .invoke(there, "events:v1:shard:0003", List.of(bytes("x")));
                here.sync();
                assertThat(here.stream("events:v1").shard(3).durableOffset()).isEqualTo(1);
            }
        }
    }

    private static URL[] classPath() throws IOException {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String[] elements = path.split(File.pathSeparator);
        URL[] urls = new URL[elements.length];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = Path.of(elements[i]).toUri().toURL();
        }
        return urls;
    }

    private void append(String text) {
        try (Comet comet = Comet.open(parent)) {
            comet.stream("events:v1", 1).append(bytes(text));
        }
    }

    private byte[] epoch() throws IOException {
        return Arrays.copyOfRange(Files.readAllBytes(parent.resolve("comet.state")), 64, 72);
    }

    private Map<String, String> properties(String file) throws IOException {
        return PropertiesText.decode(Files.readAllBytes(parent.resolve(file))).orElseThrow();
    }

    private static Map<String, String> with(Map<String, String> properties, String key, String value) {
        Map<String, String> changed = new TreeMap<>(properties);
        changed.put(key, value);
        return changed;
    }

    /// Every file below `directory` with its time and its content, other than the lock file: reading that would
    /// drop the locks of this process.
    private static Map<String, String> snapshot(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.filter(path -> !path.equals(directory)).toList()) {
                boolean readable = Files.isRegularFile(path) && !path.endsWith("processes.lock");
                String content = readable ? Arrays.hashCode(Files.readAllBytes(path)) + "" : "";
                files.put(path.toString(), Files.getLastModifiedTime(path) + " " + content);
            }
        }
        return files;
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode") & 07777;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
