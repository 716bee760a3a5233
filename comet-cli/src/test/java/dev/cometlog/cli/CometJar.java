package dev.cometlog.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs the packaged command line in a JVM of its own.
final class CometJar {
    private static final long TIMEOUT_SECONDS = 60;
    private static final long SIGINT_MASK = 1L << (2 - 1);

    private final Path scratch;
    private final Map<String, String> environment;

    CometJar(Path scratch) {
        this(scratch, Map.of());
    }

    CometJar(Path scratch, Map<String, String> environment) {
        this.scratch = scratch;
        this.environment = environment;
    }

    record Run(int exitCode, String error) {}

    /// Runs a command to its end, with files as standard input and output.
    Run run(Path input, Path output, String... arguments) throws IOException, InterruptedException {
        Path error = Files.createTempFile(scratch, "error", ".txt");
        Process process = builder(arguments)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(error.toFile())
                .start();
        return end(process, error);
    }

    /// Runs a command that needs no input and returns what it printed, however it ended.
    String print(int expectedExitCode, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(scratch, "output", ".txt");
        Run run = run(Path.of("/dev/null"), output, arguments);
        String printed = Files.readString(output);
        if (run.exitCode() != expectedExitCode) {
            throw new AssertionError(
                    String.join(" ", arguments) + ": exit code " + run.exitCode() + "\n" + printed + run.error());
        }
        return printed;
    }

    /// Starts a command whose output is read while it runs; its errors go to `error`.
    Process start(Path error, String... arguments) throws IOException {
        return builder(arguments)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(error.toFile())
                .start();
    }

    /// Starts a command that is fed through a pipe; its errors go to `error`.
    Process feed(Path error, String... arguments) throws IOException {
        return builder(arguments)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(error.toFile())
                .start();
    }

    Run end(Process process, Path error) throws IOException, InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + process.info());
        }
        return new Run(process.exitValue(), Files.readString(error));
    }

    /// Reads up to and with the next line feed.
    static String line(InputStream input) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = input.read(); b >= 0; b = input.read()) {
            bytes.write(b);
            if (b == '\n') {
                break;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// A shell starts its background jobs with SIGINT ignored; their children inherit that, and a JVM leaves it so.
    static void assumeInterruptsAreNotIgnored() throws Exception {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).trim())
                .findFirst()
                .orElse("0");
        assumeTrue(
                (Long.parseUnsignedLong(mask, 16) & SIGINT_MASK) == 0,
                "SIGINT is ignored here, so nothing can be interrupted");
    }

    private ProcessBuilder builder(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(command(arguments));
        // Whoever runs the tests may have one.
        builder.environment().remove("COMET_DIR");
        builder.environment().putAll(environment);
        return builder;
    }

    static List<String> command(String... arguments) {
        List<String> command = java("-XX:AOTCache=" + StartCache.FILE);
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> java(String option) {
        // Failsafe says where the module is; an IDE starts in it.
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", option, "-jar"));
        command.add(module.resolve("target/comet.jar").toString());
        return command;
    }

    /// A cache of the classes that a command loads, made once, since most of a command's time is its start.
    private static final class StartCache {
        private static final Path FILE = fill();

        private static Path fill() {
            try {
                Path directory = Files.createTempDirectory("comet-start");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
                Path cache = directory.resolve("cache");
                Path output = directory.resolve("output");
                Path input = Files.writeString(directory.resolve("input"), "a line\n");
                List<String> command = java("-XX:AOTCacheOutput=" + cache);
                command.addAll(List.of("append", "-d", directory.resolve("log").toString(), "--shards", "1"));
                command.addAll(List.of("events:v1", input.toString()));
                int exit = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start()
                        .waitFor();
                if (exit != 0 || !Files.exists(cache)) {
                    throw new AssertionError("exit code " + exit + ": " + Files.readString(output));
                }
                return cache;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        private static void delete(Path directory) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
