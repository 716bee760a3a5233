package dev.cometlog.soak;

import dev.cometlog.internal.log.PowerCuts;
import dev.cometlog.testing.Scratch;
import java.time.Duration;
import java.util.Locale;

/// Simulated power cuts of whole logs: most of them with files of memory, some with real and mapped ones.
public final class PowerCutHarness implements Harness {
    private static final int SEEDS_ON_DISK = 10;
    private static final int CUTS_BETWEEN = 3000;

    @Override
    public String name() {
        return "power-cuts";
    }

    @Override
    public int share() {
        return 13;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(3);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        long next = seed;
        long inMemory = 0;
        long onDisk = 0;
        try (Scratch memory = Scratch.inMemory("power");
                Scratch disk = Scratch.inMemory("power-files")) {
            while (budget.isLeft()) {
                PowerCuts cuts = PowerCuts.inMemory(next, memory.directory());
                cuts.run(done -> done < CUTS_BETWEEN && budget.isLeft());
                inMemory += cuts.cuts();
                PowerCuts real = PowerCuts.onDisk(cuts.nextSeed(), disk.directory());
                long last = cuts.nextSeed() + SEEDS_ON_DISK;
                real.run(done -> real.nextSeed() < last && budget.isLeft());
                onDisk += real.cuts();
                next = real.nextSeed();
            }
        }
        String line = String.format(
                Locale.ROOT,
                "%d power cuts (%d of mapped files), 0 durable entries lost, 0 wrong bytes, 0 offsets reused, %.0f cuts/s",
                inMemory + onDisk,
                onDisk,
                (inMemory + onDisk) / budget.usedSeconds());
        return new Figures(line, next);
    }
}
