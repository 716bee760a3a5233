package dev.cometlog.soak;

import dev.cometlog.internal.log.DamageRun;
import java.util.Locale;

/// Damage of every kind to every byte and file of a small log.
public final class DamageHarness implements Harness {
    @Override
    public String name() {
        return "damage";
    }

    @Override
    public int share() {
        return 2;
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        long next = seed;
        try (Scratch scratch = Scratch.inMemory("damage")) {
            DamageRun run = new DamageRun(scratch.directory());
            while (budget.isLeft()) {
                run.run(next, true, budget::isLeft);
                next++;
                if (!run.faults().isEmpty()) {
                    throw new AssertionError(String.join("\n", run.faults()));
                }
            }
            return new Figures(
                    String.format(
                            Locale.ROOT,
                            "%d damages, 0 wrong bytes, 0 failed opens, 0 entries lost that were not hit",
                            run.damages()),
                    next);
        }
    }
}
