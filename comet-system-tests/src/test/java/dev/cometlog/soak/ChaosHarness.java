package dev.cometlog.soak;

import dev.cometlog.systemtests.ChaosRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// Three processes of eight threads each on two shards, some of which are killed and stopped, in rounds of half a
/// minute.
public final class ChaosHarness implements Harness {
    private static final Duration ROUND = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "chaos";
    }

    @Override
    public int share() {
        return 2;
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        long next = seed;
        int kills = 0;
        int stops = 0;
        long acknowledged = 0;
        while (budget.isLeft()) {
            Path directory = Files.createTempDirectory("comet-chaos");
            try {
                ChaosRun run = new ChaosRun(directory, next);
                run.run(ROUND);
                kills += run.kills();
                stops += run.stops();
                acknowledged += run.acknowledged();
            } catch (AssertionError e) {
                throw new AssertionError("./soak --only chaos --seed " + next, e);
            } finally {
                Directories.delete(directory);
            }
            next++;
        }
        String line = String.format(
                Locale.ROOT,
                "%d kills and %d stops among 24 threads of 3 processes, %d acknowledged entries, 0 lost, 0 wrong",
                kills,
                stops,
                acknowledged);
        return new Figures(line, next);
    }
}
