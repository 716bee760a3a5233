package dev.cometlog.soak;

import dev.cometlog.fuzz.FuzzFormat;
import dev.cometlog.fuzz.FuzzRun;
import java.nio.file.Path;
import java.util.Locale;

/// Every decoder under Jazzer, each for its part of the time. What is found, and the corpora as they grow, stay in
/// `comet-system-tests/target/fuzz`.
public final class FuzzHarness implements Harness {
    private static final int STARTING_SECONDS = 5;

    @Override
    public String name() {
        return "fuzz";
    }

    @Override
    public int share() {
        return 2;
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        Path corpora = Path.of("comet-core/src/test/resources/fuzz").toAbsolutePath();
        Path directory = Path.of("comet-system-tests/target/fuzz").toAbsolutePath();
        FuzzFormat[] formats = FuzzFormat.values();
        int seconds = Math.max(STARTING_SECONDS, (int) (budget.time().toSeconds() / formats.length) - STARTING_SECONDS);
        long executed = 0;
        for (FuzzFormat format : formats) {
            FuzzRun.Result result = FuzzRun.of(format, seconds, "", corpora, directory.resolve(format.label()));
            if (!result.finding().isEmpty()) {
                throw new AssertionError(format.label() + ", see " + directory + ": " + result.finding());
            }
            executed += result.executed();
        }
        String line = String.format(
                Locale.ROOT, "%d inputs to %d decoders, %d s each, 0 findings", executed, formats.length, seconds);
        return new Figures(line, seed);
    }
}
