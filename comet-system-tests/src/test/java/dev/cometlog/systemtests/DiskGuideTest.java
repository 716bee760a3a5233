package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.GuideExamples;
import dev.cometlog.Overflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example of docs/guide/disk.md works, and the page shows exactly it.
class DiskGuideTest {
    @TempDir
    private Path directory;

    @Test
    void theExampleIsInForceForTheStreamsThatItNames() throws IOException {
        // example begins
        try (Comet comet = Comet.open(
                directory,
                c -> c.retention(r -> r.maxTotalBytes(8L << 30).maxAge(Duration.ofHours(24)))
                        .retention("audit*", r -> r.overflow(Overflow.REJECT).idleGroupAfter(Duration.ofDays(2))))) {
            comet.append("metrics:v1:shard:0000", List.of(new byte[] {1}));
            comet.append("audit:v1:shard:0000", List.of(new byte[] {1}));
        }
        // example ends
        assertThat(stored("metrics%3Av1")).contains("maxAge=PT24H").doesNotContain("overflow");
        assertThat(stored("audit%3Av1"))
                .contains("maxAge=PT24H")
                .contains("overflow=REJECT")
                .contains("idleGroupAfter=PT48H");
        assertThat(Files.readString(directory.resolve("comet.properties"))).contains("maxTotalBytes=8589934592");
    }

    private String stored(String stream) throws IOException {
        return Files.readString(directory.resolve("streams").resolve(stream).resolve("stream.properties"));
    }

    @Test
    void thePageShowsExactlyThatExample() throws IOException {
        GuideExamples.assertShown("docs/guide/disk.md", DiskGuideTest.class);
    }
}
