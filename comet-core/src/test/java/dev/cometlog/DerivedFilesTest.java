package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Everything but the segments can be lost, and every entry keeps its offset.
class DerivedFilesTest {
    private static final String STREAM = "events:v1";
    private static final int SHARDS = 2;
    private static final int ENTRIES = 2000;

    @TempDir
    Path directory;

    /// What is lost.
    enum Lost {
        STATE("state"),
        INDEXES(".*[.]index"),
        STREAM_PROPERTIES("stream[.]properties"),
        COMET_PROPERTIES("comet[.]properties"),
        COMET_STATE("comet[.]state"),
        ALL("state|.*[.]index|.*[.]properties|comet[.]state");

        private final String names;

        Lost(String names) {
            this.names = names;
        }
    }

    @ParameterizedTest
    @EnumSource
    void removedFilesCostNoEntryAndRenumberNone(Lost lost) throws IOException {
        List<String> before = write();
        for (Path file : files(lost)) {
            Files.delete(file);
        }
        assertThat(readAgain()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void truncatedFilesCostNoEntryAndRenumberNone(Lost lost) throws IOException {
        List<String> before = write();
        for (Path file : files(lost)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 2);
            }
        }
        assertThat(readAgain()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void filesFullOfZerosCostNoEntryAndRenumberNone(Lost lost) throws IOException {
        List<String> before = write();
        for (Path file : files(lost)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate((int) channel.size()), 0);
            }
        }
        assertThat(readAgain()).isEqualTo(before);
    }

    private List<String> write() {
        try (Comet comet = open()) {
            CometStream stream = comet.stream(STREAM, SHARDS);
            for (int i = 0; i < ENTRIES; i++) {
                long offset = stream.shard(i % SHARDS).append(payload(i));
                assertThat(offset).isEqualTo(i / SHARDS);
            }
            return read(comet);
        }
    }

    private Comet open() {
        return Comet.open(directory, c -> c.segmentBytes(256 * 1024));
    }

    private static byte[] payload(int i) {
        return ("entry " + i + " ".repeat(i % 500)).getBytes(StandardCharsets.UTF_8);
    }

    private List<String> readAgain() {
        try (Comet comet = open()) {
            List<String> read = read(comet);
            // And the log takes entries again, behind all that it holds.
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(comet.stream(STREAM).shard(shard).append(payload(1)))
                        .isGreaterThanOrEqualTo(ENTRIES / SHARDS);
            }
            return read;
        }
    }

    private static List<String> read(Comet comet) {
        List<String> read = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            for (Entry entry : comet.stream(STREAM).shard(shard).recent(ENTRIES)) {
                read.add(entry.id() + " " + new String(entry.bytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(read).hasSize(ENTRIES);
        return read;
    }

    private List<Path> files(Lost lost) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(lost.names))
                    .toList();
        }
    }
}
