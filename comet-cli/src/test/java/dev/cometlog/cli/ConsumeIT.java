package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `comet consume` and `comet groups`, as they are packaged.
class ConsumeIT {
    private static final int SIGTERM_EXIT_CODE = 143;
    private static final String STREAM = "events:v1";

    @TempDir
    private Path dir;

    private CometJar comet;
    private String log;

    @BeforeEach
    void chooseADirectory() {
        comet = new CometJar(dir);
        log = dir.resolve("log").toString();
    }

    private void append(String lines) throws Exception {
        Path input = Files.writeString(Files.createTempFile(dir, "input", ".txt"), lines);
        var run = comet.run(input, dir.resolve("ignored"), "append", "-d", log, "--shards", "1", STREAM);
        assertThat(run).isEqualTo(new CometJar.Run(0, ""));
    }

    private String consume(int exitCode, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("consume", "-d", log, STREAM, "--group", "g"));
        arguments.addAll(List.of(more));
        return comet.print(exitCode, arguments.toArray(String[]::new));
    }

    private long behind() throws Exception {
        return Long.parseLong(comet.print(0, "groups", "ls", "-d", log).split("\t")[2]);
    }

    @Test
    void whatWasPrintedIsAcknowledgedAndDoesNotComeAgain() throws Exception {
        append("one\ntwo\nthree\nfour\n");

        assertThat(consume(0, "-n", "3")).isEqualTo("one\ntwo\nthree\n");
        assertThat(comet.print(0, "groups", "ls", "-d", log)).startsWith(STREAM + "\tg\t1\t");
        assertThat(consume(0, "-n", "1", "-o", "json")).contains("\"offset\":3").contains("four");
        assertThat(behind()).isZero();
        assertThat(comet.print(0, "groups", "describe", "-d", log, "g"))
                .contains("acknowledged 4, skipped 0")
                .contains("0\t4\t4\t0\t0\t0\t-");
    }

    @Test
    void sigtermEndsItWithEverythingAcknowledgedThatWasPrinted() throws Exception {
        append("one\ntwo\n");
        Path error = dir.resolve("error");

        Process consume = comet.start(error, "consume", "-d", log, STREAM, "--group", "g");
        List<String> lines = List.of(CometJar.line(consume.getInputStream()), CometJar.line(consume.getInputStream()));
        append("three\n");
        String later = CometJar.line(consume.getInputStream());
        assertThat(comet.print(0, "groups", "describe", "-d", log, "g")).contains(Long.toString(consume.pid()));
        await().until(() -> behind() == 0);
        consume.destroy();
        boolean ended = consume.waitFor(10, TimeUnit.SECONDS);

        assertThat(ended).isTrue();
        assertThat(lines).containsExactly("one\n", "two\n");
        assertThat(later).isEqualTo("three\n");
        assertThat(comet.end(consume, error)).isEqualTo(new CometJar.Run(SIGTERM_EXIT_CODE, ""));
        assertThat(comet.print(0, "groups", "describe", "-d", log, "g")).contains("0\t3\t3\t0\t0\t0\t-");
    }

    @Test
    void aReaderThatHasSeenEnoughEndsItQuietlyAndTheRestComesAgain() throws Exception {
        append("a line of some length\n".repeat(100_000));
        Path error = dir.resolve("error");

        Process consume = comet.start(error, "consume", "-d", log, STREAM, "--group", "g");
        String line = CometJar.line(consume.getInputStream());
        consume.getInputStream().close();

        assertThat(line).isEqualTo("a line of some length\n");
        assertThat(comet.end(consume, error)).isEqualTo(new CometJar.Run(0, ""));
        assertThat(behind()).isBetween(1L, 99_999L);
    }

    @Test
    void aCommandGetsTheEntriesAndExitCode0AcknowledgesThem() throws Exception {
        append("one\ntwo\nthree\n");
        Path out = dir.resolve("out");

        consume(
                0,
                "-n",
                "3",
                "--exec",
                "echo $COMET_STREAM $COMET_SHARD $COMET_OFFSET $COMET_COUNT >>" + out + "; cat >>" + out);

        assertThat(Files.readString(out)).isEqualTo("events:v1 0 0 3\none\ntwo\nthree\n");
        assertThat(behind()).isZero();
    }

    @Test
    void whatACommandFailedWithIsTriedAgain() throws Exception {
        append("one\ntwo\n");
        Path out = dir.resolve("out");
        Path flag = dir.resolve("flag");

        consume(0, "-n", "2", "--exec", "cat >>" + out + "; test -e " + flag + " || { touch " + flag + "; exit 7; }");

        assertThat(Files.readString(out)).isEqualTo("one\ntwo\none\ntwo\n");
        assertThat(behind()).isZero();
    }

    @Test
    void anEntryThatNoAttemptDealsWithEndsItOrGoesToTheDeadLetters() throws Exception {
        append("good\npoison\nbetter\n");
        Path out = dir.resolve("out");
        String command = "in=$(cat); case $in in *poison*) exit 1;; esac; echo \"$in\" >>" + out;

        var run = comet.run(
                Path.of("/dev/null"),
                dir.resolve("ignored"),
                "consume",
                "-d",
                log,
                STREAM,
                "--group",
                "g",
                "--retries",
                "0",
                "--exec",
                command);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.error()).contains("events:v1:shard:0000@1").contains("exit code 1");
        assertThat(behind()).isEqualTo(2);

        consume(0, "-n", "1", "--retries", "0", "--dead-letter", "dlq", "--exec", command);
        assertThat(Files.readString(out)).isEqualTo("good\nbetter\n");
        Path letters = dir.resolve("letters");
        comet.run(Path.of("/dev/null"), letters, "cat", "-d", log, "dlq");
        assertThat(Files.readString(letters, StandardCharsets.ISO_8859_1)).contains("poison");
        assertThat(comet.print(0, "groups", "describe", "-d", log, "g")).contains("dead letters 1");
    }

    @Test
    void aCommandThatReadsNothingIsAsGoodAsOneThatDoes() throws Exception {
        append("a line of some length\n".repeat(10_000));
        consume(0, "-n", "10000", "--batch", "10000", "--exec", "true");
        assertThat(behind()).isZero();
    }

    @Test
    void sigtermTakesTheCommandWithItAndItsDeliveryComesAgain() throws Exception {
        append("one\n");
        Path pid = dir.resolve("pid");
        Path error = dir.resolve("error");
        Process consume = comet.start(
                error, "consume", "-d", log, STREAM, "--group", "g", "--exec", "echo $$ >" + pid + "; exec sleep 1000");
        await().until(() -> Files.exists(pid) && Files.size(pid) > 0);
        ProcessHandle command =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElseThrow();
        consume.destroy();

        assertThat(comet.end(consume, error).exitCode()).isEqualTo(SIGTERM_EXIT_CODE);
        await().until(() -> !command.isAlive());
        assertThat(behind()).isEqualTo(1);
    }

    @Test
    void aResetShowsWhatItWouldDoAndDoesItWhenToldTo() throws Exception {
        append("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        consume(0, "-n", "6");

        assertThat(reset("--to-earliest")).isEqualTo("events:v1\t0\t6\t0\n");
        assertThat(behind()).as("a dry run").isEqualTo(4);
        assertThat(reset("--shift-by", "-2", "--execute")).isEqualTo("events:v1\t0\t6\t4\n");
        assertThat(behind()).isEqualTo(6);
        assertThat(reset("--to-latest", "--execute")).isEqualTo("events:v1\t0\t4\t10\n");
        assertThat(reset("--to-offset", "7", "--execute")).isEqualTo("events:v1\t0\t10\t7\n");
        assertThat(consume(0, "-n", "1")).isEqualTo("7\n");
        assertThat(reset("--to-offset", "999")).isEqualTo("events:v1\t0\t8\t10\n");
        assertThat(reset("--shift-by", "999")).isEqualTo("events:v1\t0\t8\t10\n");
        assertThat(reset("--by-duration", "1h")).isEqualTo("events:v1\t0\t8\t0\n");
        assertThat(reset(
                        "--to-datetime", Instant.now().plus(Duration.ofHours(1)).toString()))
                .isEqualTo("events:v1\t0\t8\t10\n");
        assertThat(reset("--to-datetime", "2001-01-01", "--stream", STREAM, "--shard", "0"))
                .isEqualTo("events:v1\t0\t8\t0\n");
    }

    private String reset(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("groups", "reset", "-d", log, "g"));
        arguments.addAll(List.of(more));
        return comet.print(0, arguments.toArray(String[]::new));
    }

    @Test
    void aGroupThatIsReadForIsNeitherMovedNorDeleted() throws Exception {
        append("one\n");
        Path error = dir.resolve("error");
        Process consume = comet.start(error, "consume", "-d", log, STREAM, "--group", "g");
        assertThat(CometJar.line(consume.getInputStream())).isEqualTo("one\n");
        await().until(() -> behind() == 0);
        String pid = Long.toString(consume.pid());
        try {
            for (List<String> command : List.of(
                    List.of("groups", "reset", "-d", log, "g", "--to-earliest", "--execute"),
                    List.of("groups", "delete", "-d", log, "g"))) {
                var run = comet.run(Path.of("/dev/null"), dir.resolve("ignored"), command.toArray(String[]::new));
                assertThat(run.exitCode()).isEqualTo(2);
                assertThat(run.error()).startsWith("comet: group \"g\"").contains(pid);
            }
            assertThat(behind()).isZero();
        } finally {
            consume.destroy();
            consume.waitFor();
        }

        assertThat(comet.print(0, "groups", "delete", "-d", log, "g")).isEqualTo("deleted g in events:v1\n");
        assertThat(comet.print(0, "groups", "ls", "-d", log)).isEmpty();
        comet.print(2, "groups", "delete", "-d", log, "g");
        comet.print(2, "groups", "describe", "-d", log, "g");
        comet.print(2, "groups", "reset", "-d", log, "g");
    }
}
