package dev.cometlog.races;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// jcstress over the races of this module, in JVMs of its own.
///
/// @param passed by the race's simple name, whether only acceptable results were seen
/// @param samples how often a race was run, all of them together
/// @param output what jcstress printed
public record RaceRun(Map<String, Boolean> passed, long samples, String output) {
    private static final int GRACE_SECONDS = 300;
    private static final Pattern VERDICT = Pattern.compile("^\\.+ \\[([A-Z ]+)] dev\\.cometlog\\S*\\.(\\w+)$");
    private static final Pattern SAMPLES = Pattern.compile("^ +.*? ([\\d,]+) +[\\d.]+% +\\w+ .*$");

    /// Runs each of the races once for that long.
    ///
    /// @param races a regular expression for their simple names
    /// @param first class path entries in front of all others; empty, or ending in the separator
    /// @param directory for results; made if it is not there
    public static RaceRun of(String races, String first, Duration each, Path directory)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                first + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main",
                "-t",
                "dev\\.cometlog\\..*\\.(" + races + ")",
                "-r",
                directory.toString(),
                "-v",
                "-f",
                "1",
                "-fsm",
                "1",
                "-iters",
                "1",
                "-time",
                Long.toString(each.toMillis()),
                // Affinity takes a native library, and separate compilation doubles the number of runs.
                "-af",
                "NONE",
                // Otherwise it keeps them all busy for seconds to count them.
                "-c",
                Integer.toString(Runtime.getRuntime().availableProcessors()),
                "-sc",
                "false",
                "-jvmArgs",
                "-XX:+UseSerialGC -Xmx256m"));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(30 * each.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("jcstress did not come to an end: " + output);
            }
        } finally {
            process.destroyForcibly();
        }
        return parsed(Files.readString(output));
    }

    /// What stands below the last heading counts: each race once, over all its runs.
    private static RaceRun parsed(String output) {
        int results = output.indexOf("RUN RESULTS");
        if (results < 0) {
            throw new AssertionError("jcstress told no results:\n" + output);
        }
        Map<String, Boolean> passed = new TreeMap<>();
        long samples = 0;
        for (String line : output.substring(results).lines().toList()) {
            Matcher verdict = VERDICT.matcher(line);
            Matcher sampled = SAMPLES.matcher(line);
            if (verdict.matches()) {
                passed.merge(verdict.group(2), verdict.group(1).equals("OK"), Boolean::logicalAnd);
            } else if (sampled.matches()) {
                samples += Long.parseLong(sampled.group(1).replace(",", ""));
            }
        }
        return new RaceRun(passed, samples, output);
    }
}
