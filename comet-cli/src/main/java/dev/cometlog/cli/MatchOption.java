package dev.cometlog.cli;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which entries a command is about, by what is in them.
final class MatchOption {

    @Option(
            names = "--match",
            paramLabel = "REGEX",
            description = "Only entries in whose text, as UTF-8, the regular expression is found; like grep -E.")
    private @Nullable Pattern pattern;

    boolean matches(StoredEntry entry) {
        return pattern == null
                || pattern.matcher(new String(entry.payload(), StandardCharsets.UTF_8))
                        .find();
    }
}
