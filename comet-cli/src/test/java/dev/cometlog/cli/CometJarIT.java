package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CometJarIT {
    private static final List<Path> SYSTEM_LOGS = Stream.of(
                    "/var/log/dpkg.log",
                    "/var/log/alternatives.log",
                    "/var/log/apt/history.log",
                    "/var/log/syslog",
                    "/var/log/messages",
                    "/var/log/system.log")
            .map(Path::of)
            .toList();
    private static final int SIGINT_EXIT_CODE = 130;

    /// It takes well under a second; a busy machine may need longer to start a thread.
    private static final int PATIENCE_SECONDS = 5;

    @TempDir
    private Path dir;

    private CometJar comet;
    private String log;

    @BeforeEach
    void chooseADirectory() {
        comet = new CometJar(dir);
        log = dir.resolve("log").toString();
    }

    @Test
    void aSystemLogFileComesBackByteForByte() throws Exception {
        Optional<Path> found = SYSTEM_LOGS.stream()
                .filter(file -> Files.isReadable(file) && file.toFile().length() > 0)
                .findFirst();
        assumeTrue(found.isPresent(), "no readable system log among " + SYSTEM_LOGS);
        // A copy, because a log of the running system may grow meanwhile.
        Path input = Files.copy(found.orElseThrow(), dir.resolve("system.log"));
        Path output = dir.resolve("output");

        comet.print(0, "append", "-d", log, "system:v1", input.toString());
        var cat = comet.run(Path.of("/dev/null"), output, "cat", "-d", log, "system:v1");

        assertThat(cat.error()).isEmpty();
        assertThat(sha256(output)).isEqualTo(sha256(input));
        assertThat(comet.print(0, "verify", "-d", log)).contains("no damage");
    }

    @Test
    void bytesThatAreNoTextComeBackFromStandardInputInBatchesToo() throws Exception {
        long seed = System.nanoTime();
        byte[] bytes = new byte[500_000];
        new SplittableRandom(seed).nextBytes(bytes);
        bytes[bytes.length - 1] = '\n';
        Path input = Files.write(dir.resolve("input"), bytes);
        Path output = dir.resolve("output");

        var append = comet.run(
                input, dir.resolve("ignored"), "append", "-d", log, "--shards", "3", "--batch", "100", "bytes:v1");
        comet.run(Path.of("/dev/null"), output, "cat", "-d", log, "bytes:v1");

        assertThat(append).as("seed " + seed).isEqualTo(new CometJar.Run(0, ""));
        assertThat(sha256(output)).as("seed " + seed).isEqualTo(sha256(input));
    }

    @Test
    void standardInputIsReadInItsPlaceAmongFiles() throws Exception {
        Path first = Files.writeString(dir.resolve("first"), "1\n");
        Path input = Files.writeString(dir.resolve("input"), "2\n");
        Path last = Files.writeString(dir.resolve("last"), "3\n");
        var append = comet.run(
                input,
                dir.resolve("ignored"),
                "append",
                "-d",
                log,
                "events:v1",
                first.toString(),
                "-",
                last.toString());
        assertThat(append).isEqualTo(new CometJar.Run(0, ""));
        assertThat(comet.print(0, "cat", "-d", log, "events:v1")).isEqualTo("1\n2\n3\n");
    }

    @Test
    void theDirectoryIsThatOfTheOptionElseThatOfTheEnvironmentAndOneOfThemIsNeeded() throws Exception {
        append("events:v1", "x\n");
        CometJar there = new CometJar(dir, Map.of("COMET_DIR", log));
        CometJar elsewhere =
                new CometJar(dir, Map.of("COMET_DIR", dir.resolve("nowhere").toString()));

        assertThat(there.print(0, "cat", "events:v1")).isEqualTo("x\n");
        assertThat(elsewhere.print(0, "cat", "events:v1", "-d", log)).isEqualTo("x\n");
        assertThat(elsewhere.run(Path.of("/dev/null"), dir.resolve("ignored"), "cat", "events:v1"))
                .isEqualTo(new CometJar.Run(2, "comet: " + dir.resolve("nowhere") + ": no such directory\n"));
        assertThat(comet.run(Path.of("/dev/null"), dir.resolve("ignored"), "cat", "events:v1")
                        .error())
                .startsWith("comet: Which log? Give -d DIR or set COMET_DIR.");
    }

    @Test
    void verifyNamesTheFileAndThePositionOfAFlippedByte() throws Exception {
        append("events:v1", "first\nsecond\nthird\n");
        Path segment = segment();
        byte[] bytes = Files.readAllBytes(segment);
        int position = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("second");
        bytes[position] ^= 1;
        Files.write(segment, bytes);

        String report = comet.print(1, "verify", "-d", log);

        // The frame begins with its header, 12 bytes before its body.
        assertThat(report).contains(segment + ": position " + (position - 12)).contains("1 damaged places");
        assertThat(Files.readAllBytes(segment)).as("verify changes nothing").isEqualTo(bytes);
        assertThat(comet.print(1, "dump", segment.toString()))
                .contains("position " + (position - 12) + ": CRC BAD")
                .contains("zeros to the end");
    }

    @Test
    void catLeavesADamagedEntryOutSaysSoAndExitsWith1() throws Exception {
        append("events:v1", "first\nsecond\nthird\n");
        Path segment = segment();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("second")] ^= 1;
        Files.write(segment, bytes);
        Path output = dir.resolve("output");

        var run = comet.run(Path.of("/dev/null"), output, "cat", "-d", log, "events:v1");

        assertThat(Files.readString(output)).isEqualTo("first\nthird\n");
        assertThat(run.error()).contains("offsets 1 to 1").contains("DAMAGE");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void aReaderThatHasSeenEnoughEndsCatQuietly() throws Exception {
        append("events:v1", "a line of some length\n".repeat(100_000));
        Path error = dir.resolve("error");

        Process cat = comet.start(error, "cat", "-d", log, "events:v1");
        String line = CometJar.line(cat.getInputStream());
        cat.getInputStream().close();

        assertThat(line).isEqualTo("a line of some length\n");
        assertThat(comet.end(cat, error)).isEqualTo(new CometJar.Run(0, ""));
    }

    @Test
    void tailFollowsAndAnInterruptEndsIt() throws Exception {
        CometJar.assumeInterruptsAreNotIgnored();
        append("events:v1", "before\n");
        Path error = dir.resolve("error");

        Process tail = comet.start(error, "tail", "-f", "-d", log, "events:v1");
        String before = CometJar.line(tail.getInputStream());
        append("events:v1", "after\n");
        String after = CometJar.line(tail.getInputStream());
        new ProcessBuilder("kill", "-INT", Long.toString(tail.pid())).start().waitFor();
        boolean ended = tail.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var run = comet.end(tail, error);

        assertThat(List.of(before, after)).containsExactly("before\n", "after\n");
        assertThat(ended).isTrue();
        assertThat(run).isEqualTo(new CometJar.Run(SIGINT_EXIT_CODE, ""));
    }

    @Test
    void anInterruptedAppendKeepsWhatItAppendedAndClosesTheLog() throws Exception {
        CometJar.assumeInterruptsAreNotIgnored();
        Path error = dir.resolve("error");

        Process append = comet.feed(error, "append", "-d", log, "--shards", "1", "events:v1");
        append.getOutputStream().write("first\nsecond\nunfin".getBytes(StandardCharsets.UTF_8));
        append.getOutputStream().flush();
        await().until(() -> Files.exists(segment())
                && comet.print(0, "cat", "-d", log, "events:v1").endsWith("second\n"));
        new ProcessBuilder("kill", "-INT", Long.toString(append.pid())).start().waitFor();
        boolean ended = append.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertThat(ended).isTrue();
        assertThat(comet.end(append, error)).isEqualTo(new CometJar.Run(SIGINT_EXIT_CODE, ""));
        assertThat(comet.print(0, "cat", "-d", log, "events:v1")).isEqualTo("first\nsecond\n");
        assertThat(comet.print(0, "dump", log + "/streams/events%3Av1/0000/state"))
                .contains("durable offset 2");
    }

    @Test
    void streamsAreMadeListedAndAltered() throws Exception {
        comet.print(0, "streams", "create", "-d", log, "orders:v1", "--shards", "4", "--max-age", "24h");
        comet.print(0, "streams", "alter", "-d", log, "orders:v1", "--max-shard-bytes", "256MiB");

        assertThat(comet.print(0, "streams", "-d", log)).isEqualTo("orders:v1\t4\n");
        assertThat(Files.readString(dir.resolve("log/streams/orders%3Av1/stream.properties")))
                .contains("maxShardBytes=268435456")
                .contains("shards=4");
        comet.print(2, "streams", "create", "-d", log, "orders:v1", "--shards", "4");
        comet.print(2, "append", "-d", log, "orders:v1", "--shards", "5");
    }

    @Test
    void everySettingOfAStreamAndEveryBoundCanBeSetAndIsShown() throws Exception {
        List<String> settings = List.of(
                "--segment-bytes=1MiB",
                "--roll-interval=10m",
                "--max-entry-bytes=100KiB",
                "--max-age=2d",
                "--max-shard-bytes=256MiB",
                "--min-segments=3",
                "--protect-unconsumed=false",
                "--overflow=block",
                "--block-timeout=5s",
                "--force-delete-after=7d",
                "--idle-group-after=90m",
                "--codec-min-bytes=2KiB",
                "--max-total-bytes=8GiB",
                "--min-free-bytes=1MiB");
        String[] stored = {
            "segmentBytes=1048576", "rollInterval=PT10M", "maxEntryBytes=102400", "maxAge=PT48H",
            "maxShardBytes=268435456", "minSegments=3", "protectUnconsumed=false", "overflow=BLOCK",
            "blockTimeout=PT5S", "forceDeleteAfter=PT168H", "idleGroupAfter=PT1H30M", "codecMinBytes=2048"
        };
        for (String how : List.of("create", "alter")) {
            String directory = dir.resolve(how).toString();
            if (how.equals("alter")) {
                comet.print(0, "streams", "create", "-d", directory, "other:v1", "--shards", "1");
                comet.print(0, "streams", "create", "-d", directory, "orders:v1", "--shards", "1");
            }
            comet.print(
                    0,
                    Stream.concat(Stream.of("streams", how, "-d", directory, "orders:v1"), settings.stream())
                            .toArray(String[]::new));
            Path log = Path.of(directory);
            assertThat(Files.readString(log.resolve("streams/orders%3Av1/stream.properties")))
                    .contains(stored);
            assertThat(Files.readString(log.resolve("comet.properties")))
                    .contains("maxTotalBytes=8589934592", "minFreeBytes=1048576");
            assertThat(comet.print(0, "stats", "-d", directory))
                    .contains("maxTotalBytes=8589934592", "minFreeBytes=1048576")
                    .contains(
                            "orders:v1: codec=none, maxAge=PT48H, maxShardBytes=268435456, minSegments=3, overflow=BLOCK,"
                                    + " protectUnconsumed=false, forceDeleteAfter=PT168H, idleGroupAfter=PT1H30M,"
                                    + " blockTimeout=PT5S, segmentBytes=1048576, rollInterval=PT10M,"
                                    + " maxEntryBytes=102400, codecMinBytes=2048");
            assertThat(comet.print(0, "stats", "-o", "json", "-d", directory))
                    .contains("\"maxTotalBytes\":8589934592", "\"maxAgeMs\":172800000", "\"overflow\":\"BLOCK\"")
                    .contains("\"blockTimeoutMs\":5000", "\"segmentBytes\":1048576", "\"rollIntervalMs\":600000")
                    .contains("\"maxEntryBytes\":102400", "\"codecMinBytes\":2048");
        }
        assertThat(Files.readString(dir.resolve("alter/streams/other%3Av1/stream.properties")))
                .as("another stream")
                .doesNotContain("maxAge");
        comet.print(0, "streams", "alter", "-d", dir.resolve("alter").toString(), "--max-total-bytes", "4GiB");
        comet.print(2, "streams", "alter", "-d", dir.resolve("alter").toString(), "--max-age", "4h");
        comet.print(2, "streams", "alter", "-d", dir.resolve("alter").toString(), "nothing:v1", "--max-age", "4h");
        assertThat(Files.readString(dir.resolve("alter/comet.properties"))).contains("maxTotalBytes=4294967296");
        String log = dir.resolve("alter").toString();
        assertThat(comet.print(2, "streams", "create", "-d", log, "no:v1", "--max-total-bytes=1"))
                .isEmpty();
        assertThat(comet.print(0, "streams", "-d", log))
                .as("what is refused makes nothing")
                .doesNotContain("no:v1");
    }

    @Test
    void retainDeletesWhatIsTooMuchAndADryRunOnlyTells() throws Exception {
        append("events:v1", "a line of some length, to fill a shard with\n".repeat(200_000));
        comet.print(0, "streams", "alter", "-d", log, "events:v1", "--max-shard-bytes", "4MiB");

        String told = comet.print(0, "retain", "--dry-run", "-d", log);
        assertThat(told).startsWith("would delete ").doesNotContain(" 0 segments");
        assertThat(segment()).exists();
        assertThat(comet.print(0, "retain", "-d", log)).isEqualTo(told.replace("would delete", "deleted"));
        assertThat(segment()).doesNotExist();
        assertThat(comet.print(0, "retain", "-d", log))
                .isEqualTo(
                        "deleted 0 segments, 0 bytes: 0 entries expired, 0 dropped before every group had read them\n");
        comet.print(2, "retain", "-d", dir.resolve("nowhere").toString());
    }

    @Test
    void whatTheLibraryWarnsOfIsALineLikeTheCommandsOwn() throws Exception {
        append("events:v1", "one\n");
        Files.writeString(dir.resolve("log/notes.txt"), "mine");
        var run = comet.run(Path.of("/dev/null"), dir.resolve("output"), "cat", "events:v1", "-d", log);
        assertThat(run.error())
                .matches("comet: warning: \\S+/log holds what is no part of a log; ignored: \\[notes.txt]\n");
        assertThat(run.exitCode()).isZero();
        assertThat(dir.resolve("output")).hasContent("one\n");
    }

    @Test
    void theDemoProvesThatAKillLosesNothing() throws Exception {
        assertThat(comet.print(0, "demo", "--entries", "20000")).contains("proven       all 40,000");
    }

    private void append(String stream, String lines) throws Exception {
        Path input = Files.writeString(Files.createTempFile(dir, "input", ".txt"), lines);
        var run = comet.run(input, dir.resolve("ignored"), "append", "-d", log, "--shards", "1", stream);
        assertThat(run).isEqualTo(new CometJar.Run(0, ""));
    }

    private Path segment() {
        return dir.resolve("log/streams/events%3Av1/0000/00000000000000000000.log");
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
