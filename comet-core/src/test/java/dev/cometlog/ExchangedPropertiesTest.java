package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangedPropertiesTest {
    private static final String STREAM = "events:v1";

    @TempDir
    Path directory;

    @Test
    void anIntactFileThatIsNoStreamsCountsAsMissing() throws IOException {
        try (Comet comet = Comet.open(directory)) {
            comet.stream(STREAM, 3).shard(1).append(new byte[] {7});
        }
        Files.copy(
                directory.resolve("comet.properties"),
                directory.resolve("streams/events%3Av1/stream.properties"),
                StandardCopyOption.REPLACE_EXISTING);

        try (Comet comet = Comet.open(directory)) {
            assertThat(comet.stream(STREAM).shardCount()).isEqualTo(3);
            assertThat(comet.stream(STREAM).shard(1).recent(1)).hasSize(1);
        }
    }
}
