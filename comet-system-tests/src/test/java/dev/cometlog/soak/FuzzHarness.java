package dev.cometlog.soak;

import dev.cometlog.fuzz.FuzzFormat;
import dev.cometlog.fuzz.FuzzRun;
import java.nio.file.Path;
import java.time.Duration;
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
        return 5;
    }

    @Override
    public Duration least() {
        return Duration.ofSeconds((STARTING_SECONDS + 2L) * FuzzFormat.values().length);
    }

    @Override
    public Figures run(long seed, Budget budget) throws Exception {
        Path corpora = Path.of("comet-core/src/test/resources/fuzz").toAbsolutePath();
        Path directory = Path.of("comet-system-tests/target/fuzz").toAbsolutePath();
        FuzzFormat[] formats = FuzzFormat.values();
        int fewest = Integer.MAX_VALUE;
        long executed = 0;
        int tried = 0;
        for (; tried < formats.length && budget.isLeft(); tried++) {
            // Should the time not be enough for all of them, another run begins with another.
            FuzzFormat format = formats[Math.floorMod(seed + tried, formats.length)];
            long left = budget.left().toSeconds() / (formats.length - tried);
            int seconds = (int) Math.max(1, left - STARTING_SECONDS);
            fewest = Math.min(fewest, seconds);
            FuzzRun.Result result = FuzzRun.of(format, seconds, "", corpora, directory.resolve(format.label()));
            if (!result.finding().isEmpty()) {
                throw new AssertionError(format.label() + ", see " + directory + ": " + result.finding());
            }
            executed += result.executed();
        }
        String line = String.format(
                Locale.ROOT, "%d inputs to %d decoders, at least %d s each, 0 findings", executed, tried, fewest);
        return new Figures(line, seed + 1);
    }
}
