package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.proof.Mutant;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every byte of every file of a small log is damaged in one way of three, and files are cut off at every eighth
/// length; where the log was not closed, one in eight of the zeros outside the state page. `-Dcomet.damage=all` does
/// all of it, and exchanges, copies, deletes and replaces the files as well.
///
/// The promises depend on how the log was left. Always: it opens; what is delivered under an offset is what was
/// appended there, whole batches alone; offsets that were handed out are not used again; what is missing is told;
/// groups get what they did not acknowledge.
///
/// - Closed: nothing is lost but the batches that the damage hit, a segment's header being all of it.
/// - Killed in an append: the same below the last sync. Above it, damage in there may cost what lies behind it as
///   well. What was never published may be there, under no other offset than its own.
/// - Power lost: the same, and from the first batch on that did not come to the disk whole nothing is there.
class DamagedLogIT {
    private static final long SEED = Long.getLong("comet.seed", 1);
    private static final boolean ALL = "all".equals(System.getProperty("comet.damage"));
    private static final int DAMAGES_OF_THE_CONTROL = 500;
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
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

    @ParameterizedTest
    @EnumSource
    void noDamageKeepsALogFromOpeningDeliversAWrongByteOrCostsWhatItDidNotHit(SmallLog.Left left) throws Exception {
        DamageRun run = new DamageRun(Files.createDirectory(directory.resolve("log")), CLASS_PATH);
        run.run(left.name(), SEED, ALL, () -> true);
        System.out.println("damage: " + left + ", " + run.damages() + " damages, seed " + SEED);
        assertThat(run.faults()).isEmpty();
        assertThat(run.damages()).isGreaterThan(5_000);
    }

    /// The control: a product whose frames have no checksum delivers what was damaged.
    @ParameterizedTest
    @EnumSource
    void withoutAChecksumWrongBytesAreFound(SmallLog.Left left) throws Exception {
        Mutant mutant = Mutant.without("dev.cometlog.internal.format.FrameDescriptor", "crcField");
        Path classes = Files.createDirectory(directory.resolve("classes"));
        mutant.write(classes);
        Class<?> harness = mutant.loader().loadClass(DamageRun.class.getName());
        Object run = harness.getConstructor(Path.class, String.class)
                .newInstance(
                        Files.createDirectory(directory.resolve("log")), classes + File.pathSeparator + CLASS_PATH);
        int[] damages = {0};
        BooleanSupplier some = () -> damages[0]++ < DAMAGES_OF_THE_CONTROL;
        harness.getMethod("run", String.class, long.class, boolean.class, BooleanSupplier.class)
                .invoke(run, left.name(), SEED, false, some);
        assertThat(harness.getMethod("faults").invoke(run).toString()).contains("bytes of offset");
    }
}
