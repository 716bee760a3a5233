package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a log promises of power cuts. `-Dcomet.powerCuts=N -Dcomet.seed=S` make it as long as wanted.
class PowerCutIT {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final int CUTS = Integer.getInteger("comet.powerCuts", 2_000);
    private static final int CUTS_OF_REAL_FILES = 120;
    private static final int CUTS_OF_ONE_SHARD = 120;
    private static final int CUTS_IN_A_ROW = 6;
    private static final Logger PRODUCT = Logger.getLogger("dev.cometlog");

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeAll
    static void silence() {
        // Cut tails and lost index files are what this is about, and telling of each takes longer than all the rest.
        PRODUCT.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        PRODUCT.setLevel(null);
    }

    @BeforeEach
    void chooseDirectory() throws IOException {
        directory = Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "comet-power") : temporary;
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        PowerCutStorage.deleteTree(directory);
    }

    @Test
    void whatIsBelowTheDurableOffsetSurvivesEveryPowerCutAndTheRestIsAPrefix() throws Exception {
        PowerCuts cuts = PowerCuts.inMemory(SEED, directory);
        cuts.run(done -> done < CUTS);
        assertThat(cuts.cuts()).isGreaterThanOrEqualTo(CUTS);
    }

    @Test
    void soItDoesInFilesThatAreMapped() throws Exception {
        PowerCuts cuts = PowerCuts.onDisk(SEED, directory);
        cuts.run(done -> done < CUTS_OF_REAL_FILES);
        assertThat(cuts.cuts()).isGreaterThanOrEqualTo(CUTS_OF_REAL_FILES);
    }

    @Test
    void aShardWhoseStatePageIsLostAsWellDoesSoToo() throws IOException {
        int cuts = 0;
        for (long seed = SEED; cuts < CUTS_OF_ONE_SHARD; seed++) {
            PowerCutRun run = new PowerCutRun(seed, directory, Set.of());
            try {
                run.run(CUTS_IN_A_ROW);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("power cut " + run.cuts() + " of -Dcomet.seed=" + seed, e);
            }
            cuts += run.cuts();
        }
        assertThat(cuts).isGreaterThanOrEqualTo(CUTS_OF_ONE_SHARD);
    }
}
