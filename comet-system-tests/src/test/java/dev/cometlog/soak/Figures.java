package dev.cometlog.soak;

import java.util.Optional;

/// What a harness found when nothing broke.
///
/// @param line counts in one line of prose, such as `5012 kills, 0 acknowledged entries lost`
/// @param nextSeed where another run goes on
public record Figures(String line, long nextSeed) {
    private static final String MARK = "soak-figures";

    public Figures {
        if (line.contains("\n")) {
            throw new IllegalArgumentException("figures are one line: " + line);
        }
    }

    /// The form in which a harness's JVM tells them to the one that started it.
    String encode() {
        return MARK + " " + nextSeed + " " + line;
    }

    /// Reads that form; empty if the text is something else.
    static Optional<Figures> decode(String text) {
        String[] words = text.split(" ", 3);
        if (words.length < 3 || !words[0].equals(MARK)) {
            return Optional.empty();
        }
        return Optional.of(new Figures(words[2], Long.parseLong(words[1])));
    }
}
