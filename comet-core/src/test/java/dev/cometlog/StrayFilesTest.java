package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is no part of a log and lies in its directories all the same is told of, left alone, and hinders nothing.
class StrayFilesTest {
    private static final List<String> EDITORS = List.of(".DS_Store", ".g.swp", "g~");

    @TempDir
    Path directory;

    private Path stream;

    @BeforeEach
    void makeALog() throws Exception {
        try (Comet comet = Comet.open(directory);
                CometConsumer consumer = comet.consumer("g")) {
            long _ = comet.stream("events:v1", 1).shard(0).append(new byte[1]);
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
        stream = directory.resolve("streams/events%3Av1");
    }

    private static List<String> groups(Comet comet) {
        return comet.stats().streams().getFirst().shards().getFirst().groups().stream()
                .map(CometStats.OfGroup::group)
                .toList();
    }

    @Test
    void filesOfEditorsAmongTheGroupsAreNoGroups() throws IOException {
        for (String name : EDITORS) {
            Files.writeString(stream.resolve("groups").resolve(name), "x");
        }
        try (Warnings warnings = new Warnings();
                Comet comet = Comet.open(directory)) {
            assertThat(comet.groups("events:v1")).containsExactly("g");
            assertThat(groups(comet)).containsExactly("g");
            assertThat(comet.health().reasons()).isEmpty();
            comet.retain();
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .contains("groups holds what is no group", ".DS_Store, .g.swp, g~");
        }
    }

    @Test
    void aFileOfAnEditorAmongTheGroupsKeepsNothingFromItsRetention() throws IOException {
        ManualClock clock = new ManualClock();
        CometConfig config = CometConfig.builder()
                .segmentBytes(1 << 16)
                .retention(r -> r.maxAge(Duration.ofHours(1)).minSegments(0))
                .build();
        Files.delete(stream.resolve("groups/g"));
        Files.writeString(stream.resolve("groups/g~"), "x");
        try (Comet comet = new Comet(Logs.open(directory, config, DiskStorage::new, clock))) {
            CometShard shard = comet.stream("events:v1").shard(0);
            for (int i = 0; i < 20; i++) {
                long _ = shard.append(new byte[10_000]);
            }
            clock.advance(Duration.ofHours(2));
            comet.retain();
            assertThat(shard.startOffset()).isPositive();
        }
    }

    @Test
    void filesInEveryDirectoryAreToldOfAndLeftAlone() throws IOException {
        List<Path> strangers = List.of(
                Files.writeString(directory.resolve("notes.tmp-1"), "x"),
                Files.writeString(directory.resolve("streams/notes"), "x"),
                Files.writeString(stream.resolve("notes.txt"), "x"),
                Files.writeString(stream.resolve("0000/letter.txt"), "x"),
                Files.createDirectory(stream.resolve("0000/folder")));
        try (Warnings warnings = new Warnings();
                Comet comet = Comet.open(directory)) {
            assertThat(comet.streams()).containsExactly("events:v1");
            assertThat(warnings.messages()).hasSize(4);
            for (Path stranger : strangers) {
                assertThat(warnings.messages())
                        .anyMatch(warning -> warning.contains(stranger.getParent() + " holds what is no ")
                                && warning.contains(stranger.getFileName().toString()));
            }
        }
        assertThat(strangers).allSatisfy(stranger -> assertThat(stranger).exists());
    }

    @Test
    void nothingOfALogItselfIsToldOf() {
        try (Warnings warnings = new Warnings();
                Comet comet = Comet.open(directory)) {
            long _ = comet.stream("events:v1").shard(0).append(new byte[1]);
            comet.sync();
            comet.retain();
            assertThat(groups(comet)).containsExactly("g");
            assertThat(warnings.messages()).isEmpty();
        }
        try (Warnings warnings = new Warnings();
                Comet _ = Comet.open(directory)) {
            assertThat(warnings.messages()).isEmpty();
        }
    }

    @Test
    void aFileOfWhichOnlyTheNameLooksTemporaryIsKept() throws IOException {
        Path own = Files.writeString(stream.resolve("stream.properties.tmp-0123456789abcdef"), "x");
        Path other = Files.writeString(stream.resolve("notes.tmp-1"), "x");
        Comet.open(directory).close();
        assertThat(own).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void aDirectoryThatMerelyHoldsSomethingCalledStreamsIsNotTakenForALog(@TempDir Path foreign) throws IOException {
        Path videos = Files.createDirectories(foreign.resolve("streams/holidays"));
        Files.writeString(videos.resolve("beach.mp4"), "x");
        assertThatThrownBy(() -> Comet.open(foreign))
                .isInstanceOf(CometException.NotALog.class)
                .hasMessageContaining("streams");
        assertThat(foreign.resolve("streams")).isDirectoryContaining(path -> path.endsWith("holidays"));
        assertThat(foreign).isDirectoryNotContaining("glob:**/comet.properties");
    }

    @Test
    void aDirectoryThatMerelyHoldsSomethingCalledProcessesIsNotTakenForALog(@TempDir Path foreign) throws IOException {
        Files.writeString(foreign.resolve("processes"), "x");
        assertThatThrownBy(() -> Comet.open(foreign)).isInstanceOf(CometException.NotALog.class);
        assertThat(foreign).isDirectoryNotContaining("glob:**/comet.properties");
    }

    @Test
    void streamsAloneAreALogAgain() throws IOException {
        try (var paths = Files.list(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                Files.delete(path);
            }
        }
        try (Comet comet = Comet.open(directory)) {
            assertThat(comet.stream("events:v1").shard(0).endOffset()).isEqualTo(1);
        }
    }
}
