package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each of the first I/O calls fails, once and for ever, in every way: `-Dcomet.seed=S` for other work.
class FaultsIT {
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final int CALLS = 200;
    private static final Logger PRODUCT = Logger.getLogger("dev.cometlog");

    @TempDir
    Path directory;

    @BeforeAll
    static void silence() {
        PRODUCT.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        PRODUCT.setLevel(null);
    }

    @Test
    void whateverCallFailsNothingAcknowledgedIsLostAndNothingDurableAfterAPowerCut() throws Exception {
        Faults faults = new Faults(Files.createDirectory(directory.resolve("log")));
        faults.run(SEED, CALLS, () -> true);
        System.out.println("faults: " + faults.runs() + " runs in which one of the first " + CALLS
                + " calls failed, or all from one on, seed " + SEED);
        assertThat(faults.found()).isEmpty();
        assertThat(faults.runs()).isGreaterThan(4 * CALLS);
    }

    /// The control: who takes a failed fsync for done promises what the device never took.
    @Test
    void anFsyncThatFailsInSilenceIsFound() throws Exception {
        Faults faults = new Faults(Files.createDirectory(directory.resolve("log")));
        faults.runHidingFailedForces(SEED, CALLS);
        assertThat(faults.found()).isNotEmpty();
    }
}
