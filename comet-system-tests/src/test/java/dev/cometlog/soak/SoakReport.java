package dev.cometlog.soak;

import dev.cometlog.soak.HarnessProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the harnesses found, for the terminal and for the page in `docs`.
record SoakReport(String commit, Duration time, List<Outcome> outcomes) {
    SoakReport {
        outcomes = outcomes.stream().sorted(Comparator.comparing(Outcome::name)).toList();
    }

    boolean isClean() {
        return outcomes.stream().allMatch(outcome -> outcome.figures() != null);
    }

    /// One line for each harness; what one that failed printed comes before all of them.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome.figures() == null) {
                lines.add("---- " + outcome.name() + " ----");
                lines.addAll(outcome.output());
            }
        }
        for (Outcome outcome : outcomes) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-14s %s, %.0f s, %s",
                    outcome.name(),
                    found(outcome),
                    outcome.seconds(),
                    seeds(outcome)));
        }
        return lines;
    }

    private static String found(Outcome outcome) {
        Figures figures = outcome.figures();
        return figures == null ? "FAILED" : figures.line();
    }

    private static String seeds(Outcome outcome) {
        @Nullable Figures figures = outcome.figures();
        return figures == null
                ? "from seed " + outcome.seed()
                : "seeds " + outcome.seed() + " to " + (figures.nextSeed() - 1);
    }

    void write(Path page) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("# Reliability: results\n\n");
        text.append("Written by `./soak --seconds ").append(time.toSeconds()).append("` on ");
        text.append(LocalDate.now(ZoneOffset.UTC))
                .append(", commit ")
                .append(commit)
                .append(", with ");
        text.append(Runtime.getRuntime().availableProcessors()).append(" cores, ");
        text.append(System.getProperty("os.name"))
                .append(' ')
                .append(System.getProperty("os.version"))
                .append(' ');
        text.append(System.getProperty("os.arch")).append(", JDK ").append(Runtime.version());
        text.append(".\n[reliability.md](reliability.md) says what each harness does and what these figures mean.\n\n");
        text.append("| harness | found | seconds | seeds |\n|---|---|---|---|\n");
        for (Outcome outcome : outcomes) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.0f | %s |%n",
                    outcome.name(),
                    found(outcome),
                    outcome.seconds(),
                    seeds(outcome)));
        }
        Files.writeString(page, text);
    }
}
