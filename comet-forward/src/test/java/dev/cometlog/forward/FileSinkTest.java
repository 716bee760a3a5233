package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FileSinkTest extends ForwarderFixture {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

    private Path file;

    @BeforeEach
    void chooseAFile() {
        file = directory.resolve("out/events.ndjson");
    }

    private FileOptions.Builder payloads() {
        return FileOptions.builder(file).format(NdjsonFormat.PAYLOAD);
    }

    private void forwardAll(FileSink sink) throws InterruptedException {
        try (Forwarder _ = start(sink, options())) {
            awaitAllAcknowledged();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(file.getParent())) {
            return all.map(each -> each.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .sorted()
                    .toList();
        }
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : files()) {
            lines.addAll(Files.readAllLines(file.resolveSibling(name)));
        }
        return lines;
    }

    @Test
    void everyEntryIsALineAndFilesThatAreFullArePutAside() throws Exception {
        append(1000, 40);
        forwardAll(new FileSink(payloads().maxBytes(100).build(), NOON));
        // Batches of 8 entries with 5 bytes each: two of them fit.
        assertThat(files())
                .containsExactly(
                        "events-20260131T120000.000Z-0000.ndjson",
                        "events-20260131T120000.000Z-0001.ndjson",
                        "events.ndjson");
        assertThat(lines()).isEqualTo(texts(1000, 1040));
    }

    @Test
    void aFileThatIsOldEnoughIsPutAside() throws Exception {
        append(0, 16);
        Clock hasty = new Clock() {
            private Instant now = NOON.instant();

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Instant instant() {
                now = now.plusSeconds(20);
                return now;
            }
        };
        forwardAll(new FileSink(payloads().maxAge(Duration.ofSeconds(15)).build(), hasty));
        assertThat(files()).hasSize(2);
        assertThat(lines()).isEqualTo(texts(0, 16));
    }

    @Test
    void onlyTheNewestFilesAreKept() throws Exception {
        append(1000, 80);
        Files.createDirectories(file.getParent());
        Files.writeString(file.resolveSibling("events-of-mine.ndjson"), "stays\n");
        forwardAll(new FileSink(payloads().maxBytes(1).keep(3).build(), NOON));
        assertThat(files())
                .containsExactly(
                        "events-20260131T120000.000Z-0006.ndjson",
                        "events-20260131T120000.000Z-0007.ndjson",
                        "events-20260131T120000.000Z-0008.ndjson",
                        "events-of-mine.ndjson",
                        "events.ndjson");
    }

    @Test
    void whatACrashLeftOfALineIsCutOff() throws Exception {
        append(0, 3);
        forwardAll(new FileSink(payloads().build()));
        Files.writeString(file, "3\n4\nhalf a li", StandardOpenOption.APPEND);
        append(5, 1);
        forwardAll(new FileSink(payloads().build()));
        assertThat(Files.readAllLines(file)).isEqualTo(texts(0, 6));
    }

    @Test
    void oneSinkAtATimeWritesAFile() throws Exception {
        try (FileSink _ = new FileSink(payloads().build())) {
            assertThatThrownBy(() -> new FileSink(payloads().build()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        new FileSink(payloads().build()).close();
    }

    @Test
    void aDirectoryInItsPlaceIsAnErrorThatNamesIt() throws Exception {
        Files.createDirectories(file);
        assertThatThrownBy(() -> new FileSink(payloads().build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }
}
