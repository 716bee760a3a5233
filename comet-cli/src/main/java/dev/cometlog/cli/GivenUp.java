package dev.cometlog.cli;

import dev.cometlog.Exhausted;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What becomes of an entry that was refused or failed too often; without a choice the command ends.
final class GivenUp {
    @Option(
            names = "--dead-letter",
            paramLabel = "STREAM",
            description = "Append an entry that is rejected, or failed too often, to this stream, and go on.")
    private @Nullable String deadLetter;

    @Option(
            names = "--skip",
            description = "Skip an entry that is rejected, or failed too often, and go on. Without either: end.")
    private boolean skip;

    Exhausted choice() {
        if (deadLetter != null) {
            return Exhausted.deadLetter(deadLetter);
        }
        return skip ? Exhausted.skip() : Exhausted.stop();
    }
}
