package dev.cometlog.soak;

import dev.cometlog.races.RaceRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// jcstress for the words that threads and processes share.
public final class RaceHarness implements Harness {
    private static final int RACES = 8;
    private static final int STARTING_SECONDS = 20;

    @Override
    public String name() {
        return "races";
    }

    @Override
    public int share() {
        return 1;
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        Duration each = Duration.ofSeconds(Math.max(1, (budget.time().toSeconds() - STARTING_SECONDS) / RACES));
        Path directory = Path.of("comet-system-tests/target/races").toAbsolutePath();
        RaceRun run = RaceRun.of(".*Race", "", each, directory);
        List<String> failed = run.passed().entrySet().stream()
                .filter(race -> !race.getValue())
                .map(Map.Entry::getKey)
                .toList();
        if (!failed.isEmpty() || run.passed().size() != RACES) {
            throw new AssertionError(run.passed() + "\n" + run.output());
        }
        String line = String.format(Locale.ROOT, "%d races, %d samples, 0 forbidden results", RACES, run.samples());
        return new Figures(line, seed);
    }
}
