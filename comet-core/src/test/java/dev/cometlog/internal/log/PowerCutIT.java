package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
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
    private static final int CUTS_UNTIL_CAUGHT = 2_000;
    private static final Logger PRODUCT = Logger.getLogger("dev.cometlog");

    /// What is forced though no promise to a reader hangs on it.
    private static final Set<String> FORCED_FOR_ANOTHER_REASON = Set.of(
            // Without it the next open makes a jump that was not needed.
            "ShardSync.close",
            // Keeps what was moved to quarantine for whoever wants to look at it.
            "Quarantine.force");

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
            PowerCutRun run = new PowerCutRun(seed, directory, null);
            try {
                run.run(CUTS_IN_A_ROW);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("power cut " + run.cuts() + " of -Dcomet.seed=" + seed, e);
            }
            cuts += run.cuts();
        }
        assertThat(cuts).isGreaterThanOrEqualTo(CUTS_OF_ONE_SHARD);
    }

    @Test
    void everyForceThatIsLeftOutIsNoticed() throws IOException {
        List<String> unnoticed = new ArrayList<>();
        for (String place : placesThatForce()) {
            int cuts = cutsUntilCaught(place);
            if (cuts > CUTS_UNTIL_CAUGHT) {
                unnoticed.add(place);
            }
        }
        assertThat(unnoticed)
                .as("places that force something of which no power cut from -Dcomet.seed=%d shows the need", SEED)
                .isEmpty();
    }

    private Set<String> placesThatForce() throws IOException {
        Set<String> places = new TreeSet<>();
        for (long seed = SEED; seed < SEED + 20; seed++) {
            PowerCutRun run = new PowerCutRun(seed, directory, null);
            run.run(CUTS_IN_A_ROW);
            places.addAll(run.forcedAt());
        }
        assertThat(places).containsAll(FORCED_FOR_ANOTHER_REASON);
        places.removeAll(FORCED_FOR_ANOTHER_REASON);
        return places;
    }

    private int cutsUntilCaught(@Nullable String liesAt) throws IOException {
        int cuts = 0;
        for (long seed = SEED; cuts <= CUTS_UNTIL_CAUGHT; seed++) {
            PowerCutRun run = new PowerCutRun(seed, directory, liesAt);
            try {
                run.run(CUTS_IN_A_ROW);
            } catch (IOException | RuntimeException | AssertionError e) {
                return cuts + run.cuts() + 1;
            }
            cuts += run.cuts();
        }
        return cuts;
    }
}
