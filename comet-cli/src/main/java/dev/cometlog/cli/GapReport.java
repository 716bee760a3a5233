package dev.cometlog.cli;

import dev.cometlog.Gap;

/// Tells of gaps on standard error, beside the entries, and what a command that met damage exits with.
final class GapReport {
    private boolean damaged;

    /// Names a gap on standard error.
    void gap(Gap gap) {
        damaged |= gap.reason() == Gap.Reason.DAMAGE;
        System.err.println("comet: gap: offsets " + gap.from() + " to " + (gap.to() - 1) + " of shard " + gap.shard()
                + " are not there: " + gap.reason());
    }

    /// What the command exits with: damage that it met is a negative answer.
    int exitCode() {
        return damaged ? ExitCode.NEGATIVE : ExitCode.OK;
    }
}
