package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three processes of eight threads, two shards, and somebody who kills and stops them: `-Dcomet.chaosSeconds=600` for
/// longer.
class ManyProcessesIT {
    private static final int SECONDS = Integer.getInteger("comet.chaosSeconds", 30);

    @TempDir
    Path directory;

    @Test
    void processesThatAreKilledAndStoppedHarmNobody() throws Exception {
        long seed = Long.getLong("comet.seed", System.nanoTime());
        ChaosRun run = new ChaosRun(directory, seed);
        run.run(Duration.ofSeconds(SECONDS));
        assertThat(run.acknowledged()).as("-Dcomet.seed=" + seed).isPositive();
        System.out.println("chaos: " + run.kills() + " kills, " + run.stops() + " stops, " + run.acknowledged()
                + " acknowledged entries, 0 lost, seed " + seed);
    }
}
