package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/// Runs rounds of cells, one of each a round, and writes the report. Started by `./bench`.
final class Bench {
    private static final int ROUNDS = 3;
    private static final int FULL_ROUNDS = 5;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final String FOREVER = "1000000";

    private Bench() {}

    /// Directory of the documents, commit, then the arguments of `./bench`.
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> arguments = List.of(args).subList(2, args.length);
        boolean full = arguments.contains("--full");
        int rounds = Integer.parseInt(value(arguments, "--rounds").orElse(full ? FULL_ROUNDS + "" : ROUNDS + ""));
        String only = value(arguments, "--only").orElse("");
        boolean peers = ServiceLoader.load(TargetProvider.class).iterator().hasNext();
        Map<CellSpec, Samples> samples = new LinkedHashMap<>();
        boolean targets = arguments.contains("--targets");
        for (CellSpec spec : targets ? Plan.targets(peers) : Plan.of(full, peers)) {
            if (spec.matches(only)) {
                samples.put(spec, new Samples());
            }
        }
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("no cell matches --only " + only);
        }
        Path work = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "comet-bench");
        String load = load();
        CellRunner runner = new CellRunner(work);
        KeptResults kept =
                new KeptResults(value(arguments, "--keep").map(Path::of).orElse(work.resolve("results")), args[1]);
        long started = System.nanoTime();
        long longest = Long.parseLong(value(arguments, "--seconds").orElse(FOREVER)) * NANOS_PER_SECOND;
        for (int round = 1; round <= rounds; round++) {
            for (CellSpec spec : samples.keySet()) {
                if (kept.of(spec).size() < round && System.nanoTime() - started < longest) {
                    measure(runner, spec, round + "/" + rounds, kept);
                }
            }
        }
        samples.forEach((spec, of) -> kept.of(spec).forEach(of::add));
        Files.deleteIfExists(work.resolve("results"));
        Files.delete(work);
        String command = "./bench" + (arguments.isEmpty() ? "" : " " + String.join(" ", arguments));
        new Report(samples).write(Path.of(args[0]), head(command, rounds(samples), args[1], load));
    }

    /// How many of them there were: a run that others went on with may have more of some cells.
    private static String rounds(Map<CellSpec, Samples> samples) {
        int least = samples.values().stream().mapToInt(Samples::rounds).min().orElse(0);
        int most = samples.values().stream().mapToInt(Samples::rounds).max().orElse(0);
        return least == most ? Integer.toString(least) : least + " to " + most;
    }

    private static void measure(CellRunner runner, CellSpec spec, String round, KeptResults kept)
            throws IOException, InterruptedException {
        Optional<Map<String, Double>> result = runner.run(spec);
        if (result.isPresent()) {
            kept.keep(spec, result.get());
        }
        System.err.printf(
                "%s %s: %s: %s%n",
                round,
                spec.section(),
                spec.label(),
                result.map(Object::toString).orElse("not possible on this host"));
    }

    private static Optional<String> value(List<String> arguments, String option) {
        int at = arguments.indexOf(option);
        return at < 0 ? Optional.empty() : Optional.of(arguments.get(at + 1));
    }

    private static String head(String command, String rounds, String commit, String load) throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
        return """
                Written by `%s`; never edited. Each figure is the median of %s interleaved rounds, with the lowest and the
                highest in parentheses, which one round has not; each cell ran in a JVM and a directory of its own and read its data back afterwards.
                Absolute figures are those of one noisy machine: compare rows, not machines.
                Free memory was made the machine's own before each cell, so that no cell waits for pages that the host took back.
                Means and throughput are of passes without a clock, percentiles (ns for each call) of passes with one, whose
                two readings they include. Nothing waits for the device; Comet syncs in the background as by default.

                - host: %d cores, %s, Linux %s, load average %s at the start
                - JDK: %s
                - commit: %s, %s
                """.formatted(
                        command,
                        rounds,
                        Runtime.getRuntime().availableProcessors(),
                        model,
                        System.getProperty("os.version").replaceAll("-.*", ""),
                        load,
                        System.getProperty("java.runtime.version"),
                        commit,
                        LocalDate.now(ZoneOffset.UTC));
    }

    private static String load() throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg"));
        return load.substring(0, load.indexOf(' '));
    }
}
