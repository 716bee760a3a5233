package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {

    @TempDir
    private Path dir;

    @Test
    void aDirectoryThatIsNoLogIsOneLineAndExitCode2() {
        var run = run("verify", "-d", dir.toString());

        assertThat(run.error())
                .isEqualTo("comet: " + dir + " is not a log: it has neither comet.properties nor streams\n");
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void aMissingFileIsOneLineAndExitCode2() {
        var run = run("dump", dir.resolve("x.log").toString());

        assertThat(run.error()).isEqualTo("comet: " + dir.resolve("x.log") + ": no such file\n");
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void anUnknownOptionIsExitCode2AndPointsToTheHelp() {
        var run = run("verify", "--nonsense");

        assertThat(run.error())
                .startsWith("comet: Unknown option: '--nonsense'")
                .contains("comet verify --help");
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void everyCommandIsListedInTheHelp() {
        var run = run("--help");

        assertThat(run.output()).contains("verify", "dump", "version", "Exit codes", "Examples");
        assertThat(run.code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String command) {
        var run = run((command + " --help").split(" "));

        assertThat(run.output())
                .contains("Usage: comet " + command)
                .containsPattern("Examples:\\R.*\\bcomet " + command + "\\b");
        assertThat(run.code()).isZero();
    }

    static Stream<String> commands() {
        return below(Main.commandLine())
                .map(command -> command.getCommandSpec().qualifiedName().substring("comet ".length()))
                .filter(name -> !name.equals("help"));
    }

    private static Stream<CommandLine> below(CommandLine command) {
        return command.getSubcommands().values().stream()
                .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
                .flatMap(sub -> Stream.concat(Stream.of(sub), below(sub)));
    }

    private static Run run(String... arguments) {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(error))
                .execute(arguments);
        return new Run(code, output.toString(), error.toString());
    }

    private record Run(int code, String output, String error) {}
}
