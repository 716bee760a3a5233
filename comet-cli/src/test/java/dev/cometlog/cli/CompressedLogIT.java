package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the packaged command makes of compressed streams: the native library is in the jar, and prints no warning.
class CompressedLogIT {
    private static final String LINES = IntStream.range(0, 1000)
            .mapToObj(i -> "{\"level\":\"INFO\",\"message\":\"order accepted\",\"order\":" + i + "}\n")
            .collect(Collectors.joining());

    @TempDir
    private Path dir;

    private CometJar comet;
    private String log;
    private Path input;

    @BeforeEach
    void appendCompressed() throws Exception {
        comet = new CometJar(dir);
        log = dir.resolve("log").toString();
        input = Files.writeString(dir.resolve("input"), LINES);
        var append = comet.run(
                input,
                dir.resolve("ignored"),
                "append",
                "-d",
                log,
                "--shards",
                "1",
                "--batch",
                "100",
                "--codec",
                "zstd:3",
                "orders:v1");
        assertThat(append).isEqualTo(new CometJar.Run(0, ""));
    }

    @Test
    void linesComeBackByteForByteAndTheRatioIsTold() throws Exception {
        Path output = dir.resolve("output");

        var cat = comet.run(Path.of("/dev/null"), output, "cat", "-d", log, "orders:v1");

        assertThat(cat).isEqualTo(new CometJar.Run(0, ""));
        assertThat(Files.readString(output)).isEqualTo(LINES);
        String stats = comet.print(0, "stats", "-d", log, "-o", "json");
        int from = LINES.length() + 10;
        assertThat(stats).contains("\"codec\":\"zstd:3\"").contains("\"compression\":{\"from\":" + from + ",");
        String to = stats.replaceAll(".*\"compression\":\\{\"from\":\\d+,\"to\":(\\d+).*", "$1")
                .trim();
        assertThat(Long.parseLong(to)).isBetween(1L, from / 5L);
        assertThat(comet.print(0, "stats", "-d", log)).contains("codec-s").contains("codec=zstd:3");
    }

    @Test
    void dumpAndVerifyLookIntoFramesAndNameDamage() throws Exception {
        Path segment = segment();

        String dump = comet.print(0, "dump", segment.toString());

        assertThat(dump.lines().filter(line -> line.contains("codec=zstd"))).hasSize(10);
        assertThat(dump).contains("100 entries").contains("many codec=zstd of ");
        assertThat(comet.print(0, "verify", "-d", log)).contains("1000").contains("no damage");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(64 + 12 + 20);
            int value = file.read();
            file.seek(64 + 12 + 20);
            file.write(value ^ 1);
        }
        assertThat(comet.print(1, "verify", "-d", log))
                .contains(segment.getFileName() + "")
                .contains("position 64");
    }

    @Test
    void theCodecOfAStreamIsChangedAndABadOneIsRefused() throws Exception {
        comet.print(0, "streams", "alter", "-d", log, "orders:v1", "--codec", "none");
        comet.print(0, "append", "-d", log, "orders:v1", "--batch", "100", input.toString());

        String dump = comet.print(0, "dump", segment().toString());
        assertThat(dump.lines().filter(line -> line.contains(" entries"))).hasSize(20);
        assertThat(dump.lines().filter(line -> line.contains("codec="))).hasSize(10);
        comet.print(2, "streams", "alter", "-d", log, "orders:v1", "--codec", "lz77");
        comet.print(2, "streams", "alter", "-d", log, "orders:v1", "--codec", "zstd:23");
        comet.print(2, "streams", "alter", "-d", log, "orders:v1", "--codec", "zstd:fast");
    }

    private Path segment() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of(log))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
