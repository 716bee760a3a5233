package dev.cometlog.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Jazzer in a JVM of its own, at one format for so many seconds.
public final class FuzzRun {
    private static final int FOUND = 77;
    private static final int GRACE_SECONDS = 300;
    private static final int LARGEST_INPUT = 8192;

    /// Code that is compiled better takes its time as well.
    private static final int SECONDS_WORTH_COMPILING_FOR = 20;

    private static final List<String> NEEDED = List.of("comet-core", "jazzer", "jspecify");
    private static final List<String> DETECTORS_OF_NO_USE = List.of(
            "BigDecimal",
            "ClojureLangHooks",
            "Deserialization",
            "ExpressionLanguageInjection",
            "LdapInjection",
            "NamingContextLookup",
            "OsCommandInjection",
            "ReflectiveCall",
            "RegexInjection",
            "RegexRoadblocks",
            "ScriptEngineInjection",
            "ServerSideRequestForgery",
            "SqlInjection",
            "TemplateInjection",
            "UnsafeSanitizer",
            "XPathInjection",
            "XmlParserSsrfGuidance");

    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: (\\d+)");

    private FuzzRun() {}

    /// What came of it.
    ///
    /// @param executed how many inputs were decoded
    /// @param finding what Jazzer said of an input that broke the target; empty if there was none
    public record Result(long executed, String finding) {}

    /// Runs Jazzer and waits for its end.
    ///
    /// @param first class path entries in front of all others; empty, or ending in the separator
    /// @param corpora where the corpus of each format is
    /// @param directory for the log of the run, the corpus that grows and what was found; kept
    public static Result of(FuzzFormat format, int seconds, String first, Path corpora, Path directory)
            throws IOException, InterruptedException {
        Path grown = Files.createDirectories(directory.resolve("corpus"));
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (seconds < SECONDS_WORTH_COMPILING_FOR) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(List.of(
                "-Xmx400m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                first + classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzEntryPoint.class.getName(),
                "--target_args=" + format.label() + " " + Files.createDirectories(directory.resolve("scratch")),
                "--instrumentation_includes=dev.cometlog.**",
                "--disabled_hooks=" + hooksOfNoUse(),
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + "/",
                "-max_total_time=" + seconds,
                "-max_len=" + LARGEST_INPUT,
                "-timeout=20",
                "-print_final_stats=1",
                grown.toString(),
                corpora.resolve(format.label()).toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the fuzzer did not come to an end: " + output);
            }
        } finally {
            process.destroyForcibly();
        }
        return result(process.exitValue(), Files.readString(output), output);
    }

    /// No more than is needed: Jazzer looks through every jar, several times.
    private static String classPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(whole.split(File.pathSeparator))
                .filter(entry -> NEEDED.stream().anyMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// Detectors of what no decoder can do: each costs as long to set up as a hundred thousand inputs.
    private static String hooksOfNoUse() {
        return DETECTORS_OF_NO_USE.stream()
                .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
                .collect(Collectors.joining(":"));
    }

    private static Result result(int exit, String said, Path output) {
        Matcher executed = EXECUTED.matcher(said);
        if (!executed.find() || (exit != 0 && exit != FOUND)) {
            throw new AssertionError("the fuzzer failed with exit code " + exit + ", see " + output + "\n" + said);
        }
        int finding = said.indexOf("== Java Exception");
        return new Result(Long.parseLong(executed.group(1)), exit == FOUND ? said.substring(Math.max(0, finding)) : "");
    }
}
