package dev.cometlog.soak;

import dev.cometlog.systemtests.LeakRun;
import dev.cometlog.testing.Scratch;
import java.time.Duration;
import java.util.Locale;

/// Rolls and opens by the thousand, in one process after the other.
public final class LeakHarness implements Harness {
    private static final int ROLLS = 10_000;
    private static final int OPENS = 500;

    /// To see whether what is held settles.
    private static final Duration FOR_THE_END = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "leaks";
    }

    @Override
    public int share() {
        return 3;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(15);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        int rounds = 0;
        String longest = "";
        do {
            Duration left = budget.left().minus(FOR_THE_END);
            try (Scratch scratch = Scratch.onDisk("leaks")) {
                String said = LeakRun.inProcess("", scratch.directory(), ROLLS, OPENS, left);
                // The first is the long one: what leaks slowly shows there.
                longest = rounds++ == 0 ? said : longest;
            }
        } while (budget.left().compareTo(least()) > 0);
        String line = String.format(Locale.ROOT, "%d processes, 0 leaks; the first: %s", rounds, longest);
        return new Figures(line, seed + 1);
    }
}
