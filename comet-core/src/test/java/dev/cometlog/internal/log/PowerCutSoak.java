package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.PowerCutStorage.Lie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one shard promises of power cuts. `-Dcomet.powerCuts=N -Dcomet.seed=S` make it as long as wanted.
///
/// Not part of the build yet, because it still finds faults: run it with `-Dtest=PowerCutSoak`. What is open: a
/// range that is not there is named retention or damage where it was lost to the power cut, and beyond that
/// nobody has shown that no entry is lost. It joins the build, with 2,000 cuts, once it is clean.
class PowerCutSoak {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final int CUTS = Integer.getInteger("comet.powerCuts", 250);
    private static final int CUTS_IN_A_ROW = 6;
    private static final int CUTS_UNTIL_CAUGHT = 300;

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void chooseDirectory() throws IOException {
        directory = Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "comet-power") : temporary;
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        PowerCutStorage.deleteTree(directory);
    }

    @Test
    void whatIsBelowTheDurableOffsetSurvivesEveryPowerCutAndTheRestIsAPrefix() throws IOException {
        int cuts = 0;
        for (long seed = SEED; cuts < CUTS; seed++) {
            cuts += cut(seed, Lie.NONE);
        }
        assertThat(cuts).isGreaterThanOrEqualTo(CUTS);
    }

    @Test
    void aSegmentForceThatDoesNothingIsNoticed() throws IOException {
        assertThat(cutsUntilCaught(Lie.SEGMENTS)).isLessThanOrEqualTo(CUTS_UNTIL_CAUGHT);
    }

    @Test
    void aStateForceThatDoesNothingIsNoticed() throws IOException {
        assertThat(cutsUntilCaught(Lie.STATE)).isLessThanOrEqualTo(CUTS_UNTIL_CAUGHT);
    }

    @Test
    void aDirectoryForceThatDoesNothingIsNoticed() throws IOException {
        assertThat(cutsUntilCaught(Lie.DIRECTORIES)).isLessThanOrEqualTo(CUTS_UNTIL_CAUGHT);
    }

    private int cut(long seed, Lie lie) throws IOException {
        PowerCutRun run = new PowerCutRun(seed, directory, lie);
        try {
            run.run(CUTS_IN_A_ROW);
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("power cut " + run.cuts() + " of -Dcomet.seed=" + seed, e);
        }
        return run.cuts();
    }

    private int cutsUntilCaught(Lie lie) throws IOException {
        int cuts = 0;
        for (long seed = SEED; cuts < CUTS_UNTIL_CAUGHT; seed++) {
            PowerCutRun run = new PowerCutRun(seed, directory, lie);
            try {
                run.run(CUTS_IN_A_ROW);
            } catch (IOException | RuntimeException | AssertionError e) {
                return cuts + run.cuts() + 1;
            }
            cuts += run.cuts();
        }
        throw new AssertionError("not noticed in " + cuts + " cuts from -Dcomet.seed=" + SEED);
    }
}
