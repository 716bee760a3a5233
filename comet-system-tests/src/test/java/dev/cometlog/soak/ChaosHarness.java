package dev.cometlog.soak;

import dev.cometlog.systemtests.ChaosRun;
import dev.cometlog.systemtests.ChildJvm;
import dev.cometlog.testing.Scratch;
import java.time.Duration;
import java.util.Locale;

/// Three processes of eight threads each on two shards, some of which are killed and stopped all the
/// time, in one log.
public final class ChaosHarness implements Harness {
    /// Parts of the time: reading everything in the end takes its own.
    private static final int WORKING = 5;

    private static final int CHECKING = 1;

    @Override
    public String name() {
        return "chaos";
    }

    @Override
    public int share() {
        return 8;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds(10);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        ChildJvm.rehearseNow();
        try (Scratch scratch = Scratch.onDisk("chaos")) {
            ChaosRun run = new ChaosRun(scratch.directory(), seed);
            run.run(budget.left().multipliedBy(WORKING).dividedBy(WORKING + CHECKING));
            String line = String.format(
                    Locale.ROOT,
                    "%d kills and %d stops among 24 threads of 3 processes, %d acknowledged entries, 0 lost, 0 wrong",
                    run.kills(),
                    run.stops(),
                    run.acknowledged());
            return new Figures(line, seed + 1);
        } catch (AssertionError e) {
            throw new AssertionError("./soak --only chaos --seed " + seed, e);
        }
    }
}
