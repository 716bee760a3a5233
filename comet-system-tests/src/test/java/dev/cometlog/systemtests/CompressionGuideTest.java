package dev.cometlog.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import dev.cometlog.EntryId;
import dev.cometlog.GuideExamples;
import dev.cometlog.LingeringAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The examples of docs/guide/compression.md: each works, and the page shows exactly these.
@Timeout(60)
class CompressionGuideTest {
    @TempDir
    private Path directory;

    @Test
    void codec() {
        List<byte[]> batch = List.of("a".repeat(2000).getBytes(UTF_8), "b".getBytes(UTF_8));
        // example codec begins
        try (Comet comet = Comet.open(directory, c -> c.codec("logs:*", "zstd", 1))) {
            CometStream logs = comet.stream("logs:v1", 16);
            logs.append("checkout", batch); // one frame, compressed as a whole
        }
        // example codec ends
        assertThat(properties()).contains("codec=zstd");
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // the example is to be short
    void linger() {
        byte[] payload = "one small record".getBytes(UTF_8);
        try (Comet comet = Comet.open(directory, c -> c.codec("logs:*", "zstd", 1))) {
            CometStream logs = comet.stream("logs:v1", 16);
            // example linger begins
            try (LingeringAppender appender = logs.lingering(100, Duration.ofMillis(5))) {
                CompletableFuture<EntryId> id = appender.append("checkout", payload); // waits for others
                id.thenAccept(published -> System.out.println(published + " is appended"));
            } // publishes what still waits
            // example linger ends
            long entries = logs.ownedShards(0, 1).stream()
                    .mapToLong(shard -> shard.endOffset())
                    .sum();
            assertThat(entries).isEqualTo(1);
        }
    }

    private String properties() {
        try {
            return Files.readString(directory.resolve("streams/logs%3Av1/stream.properties"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theGuideShowsExactlyTheseExamples() throws IOException {
        GuideExamples.assertShown("docs/guide/compression.md", CompressionGuideTest.class);
    }
}
