package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.proof.Mutant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every byte of every file of a small log is damaged in one way of three, and files are cut off at every eighth
/// length. `-Dcomet.damage=all` does all of it, and exchanges, copies, deletes and replaces the files as well.
class DamagedLogIT {
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final boolean ALL = "all".equals(System.getProperty("comet.damage"));
    private static final int DAMAGES_OF_THE_CONTROL = 500;
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
    void noDamageKeepsALogFromOpeningDeliversAWrongByteOrCostsWhatItDidNotHit() throws Exception {
        DamageRun run = new DamageRun(Files.createDirectory(directory.resolve("log")));
        run.run(SEED, ALL, () -> true);
        System.out.println("damage: " + run.damages() + " damages, seed " + SEED);
        assertThat(run.faults()).isEmpty();
        assertThat(run.damages()).isGreaterThan(5_000);
    }

    /// The control: a product whose frames have no checksum delivers what was damaged.
    @Test
    void withoutAChecksumWrongBytesAreFound() throws Exception {
        Mutant mutant = Mutant.without("dev.cometlog.internal.format.FrameDescriptor", "crcField");
        Class<?> harness = mutant.loader().loadClass(DamageRun.class.getName());
        Object run = harness.getConstructor(Path.class).newInstance(Files.createDirectory(directory.resolve("log")));
        int[] damages = {0};
        BooleanSupplier some = () -> damages[0]++ < DAMAGES_OF_THE_CONTROL;
        harness.getMethod("run", long.class, boolean.class, BooleanSupplier.class)
                .invoke(run, SEED, false, some);
        assertThat(harness.getMethod("faults").invoke(run).toString()).contains("bytes of offset");
    }
}
