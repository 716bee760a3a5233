package dev.cometlog.soak;

import dev.cometlog.systemtests.KillRun;
import dev.cometlog.testing.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// SIGKILL at random and at the named points, in several logs side by side.
public final class KillHarness implements Harness {
    private static final int LOGS = 3;
    private static final int KILLS_A_SEED = 25;

    @Override
    public String name() {
        return "kills";
    }

    @Override
    public int share() {
        return 40;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(15);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        return run(seed, Integer.MAX_VALUE, budget);
    }

    /// Kills so many times, or until the budget is used up.
    public Figures run(long seed, int most, Budget budget) throws Exception {
        AtomicLong seeds = new AtomicLong(seed);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger kills = new AtomicInteger();
        AtomicInteger atPoints = new AtomicInteger();
        AtomicLong acknowledged = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(LOGS)) {
            List<Future<?>> logs = new ArrayList<>();
            for (int i = 0; i < LOGS; i++) {
                logs.add(threads.submit(() -> {
                    while (budget.isLeft() && begun.getAndAdd(KILLS_A_SEED) < most) {
                        KillRun run = killed(seeds.getAndIncrement(), budget);
                        kills.addAndGet(run.kills());
                        atPoints.addAndGet(run.killsAtPoints());
                        acknowledged.addAndGet(run.acknowledged());
                    }
                    return null;
                }));
            }
            for (Future<?> log : logs) {
                log.get();
            }
        }
        String line = String.format(
                Locale.ROOT,
                "%d kills (%d at named points), %d acknowledged entries, 0 lost, 0 wrong bytes, %.1f kills/s",
                kills.get(),
                atPoints.get(),
                acknowledged.get(),
                kills.get() / budget.usedSeconds());
        return new Figures(line, seeds.get());
    }

    private static KillRun killed(long seed, Budget budget) throws Exception {
        try (Scratch scratch = Scratch.onDisk("kills")) {
            KillRun run = KillRun.anywhere(scratch.directory(), seed);
            run.run(KILLS_A_SEED, budget::isLeft);
            return run;
        } catch (AssertionError e) {
            throw new AssertionError("./soak --only kills --seed " + seed, e);
        }
    }
}
