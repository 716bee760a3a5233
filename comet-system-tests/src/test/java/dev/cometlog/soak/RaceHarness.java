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

    /// Of jcstress, and of the JVM of each race.
    private static final int STARTING_SECONDS = 15;

    private static final int STARTING_SECONDS_EACH = 4;

    @Override
    public String name() {
        return "races";
    }

    @Override
    public int share() {
        return 3;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(STARTING_SECONDS + RACES * (STARTING_SECONDS_EACH + 1L));
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        long seconds = (budget.time().toSeconds() - STARTING_SECONDS) / RACES - STARTING_SECONDS_EACH;
        Duration each = Duration.ofSeconds(Math.max(1, seconds));
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
        return new Figures(line, seed + 1);
    }
}
