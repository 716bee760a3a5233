package dev.cometlog.soak;

import dev.cometlog.internal.log.Faults;
import dev.cometlog.testing.Scratch;
import java.time.Duration;
import java.util.Locale;

/// I/O calls that fail, one after the other, in work that is different for each seed.
public final class FaultHarness implements Harness {
    private static final int CALLS = 400;

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public int share() {
        return 4;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(3);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        long next = seed;
        try (Scratch scratch = Scratch.inMemory("faults")) {
            Faults faults = new Faults(scratch.directory());
            while (budget.isLeft()) {
                faults.run(next, CALLS, budget::isLeft);
                next++;
                if (!faults.found().isEmpty()) {
                    throw new AssertionError(String.join("\n", faults.found()));
                }
            }
            return new Figures(
                    String.format(
                            Locale.ROOT,
                            "%d failing calls, 0 acknowledged entries lost, 0 durable ones after a power cut",
                            faults.runs()),
                    next);
        }
    }
}
