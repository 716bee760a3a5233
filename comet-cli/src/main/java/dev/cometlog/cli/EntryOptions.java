package dev.cometlog.cli;

import dev.cometlog.Gap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What the commands that print entries have in common.
final class EntryOptions {

    @Mixin
    private LogDirectory log;

    @Parameters(paramLabel = "STREAM", description = "The stream to read.")
    private String stream;

    @Option(names = "--shard", paramLabel = "N", description = "Only this shard; otherwise all, in the order of time.")
    private @Nullable Integer shard;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "raw",
            description = "raw: the payload and a line feed. json: an object a line. Default: ${DEFAULT-VALUE}.")
    private EntryFormat format;

    private final GapReport gaps = new GapReport();

    LogDirectory log() {
        return log;
    }

    String stream() {
        return stream;
    }

    @Nullable
    Integer shard() {
        return shard;
    }

    EntryPrinter printer(Output output) {
        return new EntryPrinter(output, stream, format);
    }

    /// Names a gap on standard error.
    void gap(Gap gap) {
        gaps.gap(gap);
    }

    /// What the command exits with: damage that it met is a negative answer.
    int exitCode() {
        return gaps.exitCode();
    }
}
