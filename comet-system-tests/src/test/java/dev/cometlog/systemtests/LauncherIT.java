package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {

    private static final String TEST_JDK = System.getProperty("java.home");

    @TempDir
    private Path dir;

    @Test
    void theLauncherRunsTheCommandLineAndPrintsNothingElse() throws Exception {
        var run = comet(Map.of(), "version");

        assertThat(run.output()).matches("comet \\S+ \\(JDK \\S+\\)\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void theLauncherPassesOverAJdkThatIsTooOld() throws Exception {
        var run = comet(Map.of("COMET_JAVA_HOME", jdk("17.0.15"), "JAVA_HOME", TEST_JDK), "version");

        assertThat(run.output()).matches("comet \\S+ \\(JDK \\S+\\)\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void withoutAJdkTheLauncherSaysWhatToInstall() throws Exception {
        Path copy = Files.copy(
                launcher(), Files.createDirectories(dir.resolve("bin")).resolve("comet"));
        Files.writeString(copy, Files.readString(copy).replace("needed=25", "needed=999"));

        var run = run(Map.of("COMET_JAVA_HOME", TEST_JDK), List.of("sh", copy.toString(), "version"));

        assertThat(run.output()).contains("needs a JDK 999 or newer").contains("COMET_JAVA_HOME");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void aSymbolicLinkToTheLauncherWorks() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("comet"), launcher());

        var run = run(Map.of("COMET_JAVA_HOME", TEST_JDK), List.of(link.toString(), "version"));
        Files.delete(link);

        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    private String jdk(String version) throws IOException {
        Path home = Files.createDirectories(dir.resolve("jdk-" + version));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home.toString();
    }

    private static Run comet(Map<String, String> environment, String argument) throws Exception {
        var withJdk = new HashMap<>(Map.of("COMET_JAVA_HOME", TEST_JDK));
        withJdk.putAll(environment);
        return run(withJdk, List.of(launcher().toString(), argument));
    }

    private static Run run(Map<String, String> environment, List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static Path launcher() {
        return SourceTree.root().resolve("bin/comet");
    }

    private record Run(int exitCode, String output) {}
}
