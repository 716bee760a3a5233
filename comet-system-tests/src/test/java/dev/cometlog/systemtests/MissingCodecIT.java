package dev.cometlog.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Gap;
import dev.cometlog.Health;
import dev.cometlog.Verify;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process without comet-zstd on its class path meets streams that others compressed.
class MissingCodecIT {
    private static final int PLAIN = 5;
    private static final int PACKED = 100;

    @TempDir
    Path directory;

    @Test
    void aProcessWithoutTheCodecServesRecoversAndAppendsAllButTheEntriesItCannotRead() throws Exception {
        Path log = directory.resolve("log");
        fill(log);
        // So that the other process has to number everything by what stands in the segments.
        Files.delete(log.resolve("streams/packed%3Av1/0000/state"));

        runWithoutCodec(log);

        try (Comet comet = Comet.open(log)) {
            CometShard packed = comet.stream("packed:v1").shard(0);
            List<String> told = new ArrayList<>();
            long end = packed.scan(
                    0,
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> told.add(
                            new String(memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE), UTF_8)),
                    gap -> told.add(gap.from() + " " + gap.reason()));
            List<String> expected = new ArrayList<>(texts(0, PLAIN + PACKED));
            expected.add(PLAIN + PACKED + " " + Gap.Reason.POWER_LOSS);
            expected.addAll(texts(1000, PACKED));
            assertThat(told).isEqualTo(expected);
            assertThat(end).isEqualTo(packed.endOffset());
            assertThat(comet.health().status()).isEqualTo(Health.Status.HEALTHY);
        }
    }

    private static void fill(Path log) {
        try (Comet comet = Comet.open(log, c -> c.codec("packed:*", "zstd", 1))) {
            CometShard packed = comet.stream("packed:v1", 1).shard(0);
            lines(0, PLAIN).forEach(packed::append);
            packed.append(lines(PLAIN, PACKED));
            CometShard plain = comet.stream("plain:v1", 1).shard(0);
            lines(0, PACKED).forEach(plain::append);
            assertThat(packed.recent(PACKED))
                    .extracting(entry -> new String(entry.bytes(), UTF_8))
                    .isEqualTo(texts(PLAIN, PACKED));
        }
    }

    private void runWithoutCodec(Path log) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("comet-zstd") && !entry.contains("zstd-jni"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        CodeclessWorker.class.getName(),
                        log.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended)
                .as("ended in time; it wrote: %s", Files.readString(output))
                .isTrue();
        assertThat(process.exitValue())
                .as("it wrote: %s", Files.readString(output))
                .isZero();
    }

    static List<byte[]> lines(int from, int count) {
        return texts(from, count).stream().map(text -> text.getBytes(UTF_8)).toList();
    }

    static List<String> texts(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "{\"level\":\"INFO\",\"message\":\"order accepted\",\"order\":" + i + "}")
                .toList();
    }
}
