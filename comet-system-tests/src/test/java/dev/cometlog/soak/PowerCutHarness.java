package dev.cometlog.soak;

import dev.cometlog.internal.log.PowerCuts;
import dev.cometlog.testing.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Simulated power cuts of whole logs: most of them with files of memory, some with real and mapped ones.
public final class PowerCutHarness implements Harness {
    private static final int CUTS_ON_DISK = 60;
    private static final int CUTS_BETWEEN = 3000;

    /// So many that they get their share of the cores beside the processes that are killed meanwhile.
    private static final int THREADS = 6;

    @Override
    public String name() {
        return "power-cuts";
    }

    @Override
    public int share() {
        return 16;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(3);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        AtomicLong seeds = new AtomicLong(seed);
        AtomicLong inMemory = new AtomicLong();
        AtomicLong onDisk = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                runs.add(threads.submit(() -> {
                    run(seeds, budget, inMemory, onDisk);
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
        long cuts = inMemory.get() + onDisk.get();
        String line = String.format(
                Locale.ROOT,
                "%d power cuts (%d of mapped files), 0 durable entries lost, 0 wrong bytes, 0 offsets reused, %.0f cuts/s",
                cuts,
                onDisk.get(),
                cuts / budget.usedSeconds());
        return new Figures(line, seeds.get());
    }

    private static void run(AtomicLong seeds, Budget budget, AtomicLong inMemory, AtomicLong onDisk)
            throws IOException, InterruptedException {
        try (Scratch memory = Scratch.inMemory("power");
                Scratch disk = Scratch.inMemory("power-files")) {
            while (budget.isLeft()) {
                PowerCuts cuts = PowerCuts.inMemory(seeds, memory.directory());
                cuts.run(done -> done < CUTS_BETWEEN && budget.isLeft());
                inMemory.addAndGet(cuts.cuts());
                PowerCuts real = PowerCuts.onDisk(seeds, disk.directory());
                real.run(done -> done < CUTS_ON_DISK && budget.isLeft());
                onDisk.addAndGet(real.cuts());
            }
        }
    }
}
