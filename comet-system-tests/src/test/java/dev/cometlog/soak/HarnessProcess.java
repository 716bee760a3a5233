package dev.cometlog.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A harness in a JVM of its own, so that one which crashes its JVM, or fills it, is a finding and not the end.
final class HarnessProcess {
    /// Kept, since a logger that nobody keeps forgets its level.
    private static final Logger PRODUCT = Logger.getLogger("dev.cometlog");

    private static final int KEPT_LINES = 200;

    /// How much longer than its time a harness may take before it counts as hanging.
    private static final Duration GRACE = Duration.ofMinutes(5);

    private HarnessProcess() {}

    /// What became of one.
    ///
    /// @param output the last lines that it printed
    record Outcome(
            String name,
            long seed,
            double seconds,
            @Nullable Figures figures,
            List<String> output) {}

    /// Runs a harness and returns when it has ended.
    static Outcome run(String name, long seed, Duration time) throws IOException, InterruptedException {
        long started = System.nanoTime();
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-ea",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HarnessProcess.class.getName(),
                        name,
                        Long.toString(seed),
                        Long.toString(time.toMillis())))
                .redirectErrorStream(true)
                .start();
        CompletableFuture<?> end = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(time.plus(GRACE).toSeconds(), TimeUnit.SECONDS));
        List<String> output = new ArrayList<>();
        Figures figures = null;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<Figures> found = Figures.decode(line);
                if (found.isPresent()) {
                    figures = found.get();
                } else {
                    output.add(line);
                }
                if (output.size() > KEPT_LINES) {
                    output.removeFirst();
                }
            }
        }
        boolean succeeded = process.waitFor() == 0;
        end.cancel(false);
        return new Outcome(
                name, seed, (System.nanoTime() - started) / 1e9, succeeded ? figures : null, List.copyOf(output));
    }

    /// Arguments: name, first seed, milliseconds.
    public static void main(String[] args) throws Exception {
        // Warnings are expected by the thousand: of cut tails, of damage, of dead processes.
        PRODUCT.setLevel(Level.OFF);
        Harness harness = Harnesses.named(args[0]);
        Budget budget = Budget.of(Duration.ofMillis(Long.parseLong(args[2])));
        System.out.println(harness.run(Long.parseLong(args[1]), budget).encode());
    }
}
