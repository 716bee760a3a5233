package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The script of `comet completion`, as bash understands it.
@Timeout(60)
class CompletionTest {
    @TempDir
    private Path scratch;

    @ParameterizedTest
    @CsvSource({
        "st, 'stats streams'",
        "groups d, 'delete describe'",
        "streams create --sh, --shards",
        "streams -o '', 'table json'",
        "groups ls -o j, json",
        "groups reset audit --output t, table",
        "verify --out, --output",
        "repair -o j, json",
        "retain --d, '--dir --dry-run'",
        "stats -o p, prometheus",
        "cat events:v1 -o r, raw",
    })
    void itKnowsTheCommandsTheirOptionsAndTheirValues(String typed, String offered) throws Exception {
        assertThat(completions(typed).split("\\s+")).containsExactlyInAnyOrder(offered.split(" "));
    }

    private String completions(String typed) throws IOException, InterruptedException {
        Path script = scratch.resolve("script");
        Files.writeString(script, RunCommand.of("completion").output());
        Process bash = new ProcessBuilder("bash", "--norc", "-c", """
                        source "$0"
                        compopt() { :; } # bash has it only while somebody types
                        COMP_WORDS=(comet %s)
                        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                        COMP_LINE="${COMP_WORDS[*]}"
                        COMP_POINT=${#COMP_LINE}
                        _complete_comet
                        echo "${COMPREPLY[@]}"
                        """.formatted(typed), script.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(output).isZero();
        return output.strip();
    }
}
