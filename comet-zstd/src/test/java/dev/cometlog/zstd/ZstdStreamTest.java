package dev.cometlog.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.CometStream;
import dev.cometlog.Entry;
import dev.cometlog.Health;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZstdStreamTest {
    private static final String LINE =
            "{\"level\":\"INFO\",\"thread\":\"main\",\"message\":\"order accepted\",\"order\":";

    @TempDir
    Path directory;

    @Test
    void aStreamIsCompressedBecauseTheCodecIsOnTheClassPath() {
        try (Comet comet = Comet.open(directory, c -> c.codec("zstd"))) {
            CometStream stream = comet.stream("orders:v1", 1);
            for (int batch = 0; batch < 10; batch++) {
                stream.append("key", lines(batch * 100, 100));
            }

            assertThat(texts(stream.shard(0).recent(1000))).isEqualTo(texts(0, 1000));
            assertThat(comet.health().status()).isEqualTo(Health.Status.HEALTHY);
        }
        assertThat(bytesWritten()).isLessThan(1000 * (LINE.length() + 4) / 5);
    }

    @Test
    void theSettingIsStoredAndAnyProcessFollowsIt() {
        Comet.open(directory, c -> c.codec("orders:*", "zstd", 3)).close();
        try (Comet comet = Comet.open(directory, c -> c.codec("orders:*", "zstd", 3))) {
            comet.stream("orders:v1", 1);
            comet.stream("plain:v1", 1);
        }
        try (Comet comet = Comet.open(directory)) {
            comet.stream("orders:v1").append("key", lines(0, 1000));
            comet.stream("plain:v1").append("key", lines(0, 1000));
        }
        assertThat(text("orders%3Av1")).contains("codec=zstd").contains("codecLevel=3");
        assertThat(text("plain%3Av1")).doesNotContain("zstd");
    }

    @Test
    void aCodecOrLevelThatIsNotThereIsRefusedWhenThisProcessAsksForIt() {
        assertThatThrownBy(() -> Comet.open(directory, c -> c.codec("lz77")))
                .isInstanceOf(CometException.MissingCodec.class)
                .hasMessageContaining("lz77")
                .hasMessageContaining("zstd");
        assertThatThrownBy(() -> Comet.open(directory, c -> c.codec("zstd").codecLevel(23)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codecLevel=23");
        assertThatThrownBy(() -> Comet.open(directory, c -> c.codec("a:*", "zstd", 23)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codecLevel=23");
        assertThat(directory).isEmptyDirectory();
        assertThat(CometConfig.builder().codec("lz77").build().streamSettings()).containsEntry("codec", "lz77");
    }

    private static List<byte[]> lines(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> (LINE + i + "}").getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static List<String> texts(int from, int count) {
        return lines(from, count).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private static List<String> texts(List<Entry> entries) {
        List<String> texts = new ArrayList<>();
        entries.forEach(entry -> texts.add(new String(entry.bytes(), StandardCharsets.UTF_8)));
        return texts;
    }

    private String text(String stream) {
        try {
            return Files.readString(directory.resolve("streams").resolve(stream).resolve("stream.properties"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Bytes of the only shard's segments that are not zero at the end.
    private long bytesWritten() {
        try (Stream<Path> files = Files.walk(directory)) {
            long written = 0;
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int end = bytes.length;
                while (end > 0 && bytes[end - 1] == 0) {
                    end--;
                }
                written += end;
            }
            return written;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
