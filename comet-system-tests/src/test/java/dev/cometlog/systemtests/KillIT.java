package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.soak.Budget;
import dev.cometlog.soak.KillHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at random moments and at the named points, while everything is going on: `-Dcomet.kills=200` for more.
class KillIT {
    private static final int KILLS = Integer.getInteger("comet.kills", 100);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.currentTimeMillis());

    @Test
    void killingWritersLosesNothingThatWasAcknowledgedAndTearsNothing() throws Exception {
        System.out.println("kills: "
                + new KillHarness().run(seed, KILLS, Budget.unlimited()).line());
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
