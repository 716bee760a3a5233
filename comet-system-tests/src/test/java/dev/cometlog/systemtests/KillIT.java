package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.Comet;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.proof.Mutant;
import dev.cometlog.soak.Budget;
import dev.cometlog.soak.KillHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at random moments and at the named points, while everything is going on: `-Dcomet.kills=200` for more.
class KillIT {
    private static final int KILLS = Integer.getInteger("comet.kills", 100);

    private static final int KILLS_OF_THE_CONTROL = 12;
    private static final int RUNS_UNTIL_CAUGHT = 5;

    private static final Set<KillPoint> IN_THE_MIDDLE = EnumSet.of(KillPoint.BEFORE_PUBLISH);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.currentTimeMillis());

    @Test
    void killingWritersLosesNothingThatWasAcknowledgedAndTearsNothing() throws Exception {
        System.out.println("kills: "
                + new KillHarness().run(seed, KILLS, Budget.unlimited()).line());
    }

    /// The control: who takes a dead writer's lock over and mends nothing. An id then names another's entry, entries
    /// are missing, or the counts do not add up; whatever a run finds first will do: the product passes them all.
    /// Killed at points where something is left to mend: by chance few die there.
    @Test
    void aTakeOverThatMendsNothingIsFound() throws Exception {
        Path mutants = Files.createDirectory(directory.resolve("mutants"));
        Mutant.without("dev.cometlog.internal.log.ShardRepair", "run").write(mutants);
        assertThatThrownBy(() -> {
                    for (int run = 0; run < RUNS_UNTIL_CAUGHT; run++) {
                        Path log = Files.createDirectory(directory.resolve("run-" + run));
                        KillRun.at(IN_THE_MIDDLE, log, seed + run, mutants).run(KILLS_OF_THE_CONTROL, () -> true);
                    }
                })
                .as("seed %d", seed)
                .isInstanceOf(AssertionError.class)
                .hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void theCheckerNoticesAnEntryThatIsLostAndOneThatIsSomebodyElses() throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, 1, 1, 100);
        try (Worker worker = Worker.start(setup, 0, directory.resolve("output"))) {
            assertThat(worker.exitCode()).isZero();
        }
        List<Acks.Ack> forged = new ArrayList<>(Acks.readAll(acks));
        assertThat(forged).hasSizeGreaterThanOrEqualTo(100);
        forged.add(new Acks.Ack(0, 0, 1_000_000, 7));
        forged.add(new Acks.Ack(1, 0, 0, 0));
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            assertThat(LogChecker.faults(comet, 1, forged)).hasSize(2);
        }
    }
}
