package dev.cometlog.soak;

import dev.cometlog.systemtests.LeakRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Rolls and opens by the thousand, in one process after the other.
public final class LeakHarness implements Harness {
    private static final int ROLLS = 2_000;
    private static final int OPENS = 100;

    @Override
    public String name() {
        return "leaks";
    }

    @Override
    public int share() {
        return 1;
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        int rounds = 0;
        String last = "";
        for (; budget.isLeft() || rounds == 0; rounds++) {
            // The first is the long one: what leaks slowly shows there.
            int times = rounds == 0 && budget.time().toSeconds() > 120 ? 5 : 1;
            Path directory = Files.createTempDirectory("comet-leaks");
            try {
                String said = LeakRun.inProcess("", directory, times * ROLLS, times * OPENS);
                last = rounds == 0 ? said : last;
            } finally {
                Directories.delete(directory);
            }
        }
        String line = String.format(Locale.ROOT, "%d processes, 0 leaks; the first: %s", rounds, last);
        return new Figures(line, seed);
    }
}
