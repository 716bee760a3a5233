package dev.cometlog.soak;

import dev.cometlog.soak.HarnessProcess.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/// What `./soak` starts: runs every harness for its share of the time, two side by side, and tells what they found.
public final class Soak {
    private static final int LANES = 2;
    private static final Duration DEFAULT_TIME = Duration.ofHours(1);

    private Soak() {}

    /// Arguments: the commit, then `[--seconds N] [--seed S] [--only NAME,NAME] [--list]`.
    public static void main(String[] args) throws Exception {
        Duration time = DEFAULT_TIME;
        // Further runs go on elsewhere: a millisecond is shorter than what any seed takes.
        long seed = System.currentTimeMillis();
        Predicate<Harness> wanted = harness -> true;
        boolean all = true;
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--seconds" -> time = Duration.ofSeconds(Long.parseLong(args[++i]));
                case "--seed" -> seed = Long.parseLong(args[++i]);
                case "--only" -> {
                    List<String> names = List.of(args[++i].split(",", -1));
                    names.forEach(Harnesses::named);
                    wanted = harness -> names.contains(harness.name());
                    all = false;
                }
                case "--list" -> {
                    Harnesses.all().forEach(harness -> System.out.println(harness.name()));
                    return;
                }
                default ->
                    throw new IllegalArgumentException(
                            "unknown argument " + args[i] + "; known: --seconds N, --seed S, --only NAME,NAME, --list");
            }
        }
        List<Harness> harnesses = Harnesses.all().stream().filter(wanted).toList();
        List<Outcome> outcomes = run(Schedule.of(harnesses, LANES, time), seed);
        SoakReport report = new SoakReport(args[0], time, outcomes);
        if (all) {
            report.write(Path.of("docs", "reliability-results.md"));
        }
        report.lines().forEach(System.out::println);
        System.exit(report.isClean() ? 0 : 1);
    }

    private static List<Outcome> run(Schedule schedule, long seed) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(schedule.lanes().size())) {
            List<Future<List<Outcome>>> lanes = new ArrayList<>();
            for (Schedule.Lane lane : schedule.lanes()) {
                lanes.add(threads.submit(() -> runLane(lane, seed)));
            }
            for (Future<List<Outcome>> lane : lanes) {
                outcomes.addAll(lane.get());
            }
        }
        return outcomes;
    }

    private static List<Outcome> runLane(Schedule.Lane lane, long seed) throws IOException, InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Schedule.Turn turn : lane.turns()) {
            System.out.println(turn.name() + ": " + turn.time().toSeconds() + " s from seed " + seed);
            outcomes.add(HarnessProcess.run(turn.name(), seed, turn.time()));
        }
        return outcomes;
    }
}
