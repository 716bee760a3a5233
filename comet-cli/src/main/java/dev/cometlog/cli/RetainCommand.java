package dev.cometlog.cli;

import dev.cometlog.internal.log.Retained;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Deletes what the settings give up, now.
@Command(
        name = "retain",
        description = {
            "Delete what is too old or too much, in every stream, as the settings say.",
            "Processes that have the log open do this by themselves, at every roll and every minute."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  comet retain --dry-run", "  comet retain --dry-run -o json", "  comet retain -d /var/lib/comet"})
final class RetainCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private OutputOption format;

    @Option(
            names = "--dry-run",
            description = {
                "Only tell what would be deleted. The log is opened as by those who append, so that a shard that was not"
                        + " closed well is put in order first."
            })
    private boolean dryRun;

    /// What was deleted, or would be.
    record Result(boolean executed, int segments, long bytes, long expired, long dropped) {

        static Result of(boolean executed, Retained retained) {
            return new Result(executed, retained.segments(), retained.bytes(), retained.expired(), retained.dropped());
        }
    }

    @Override
    public Integer call() {
        log.existing();
        Result result;
        try (OpenLog open = log.openToChange()) {
            result = Result.of(!dryRun, open.log().retain(dryRun));
        }
        try (Output output = Output.standard()) {
            if (format.isJson()) {
                RecordJson.print(output, result);
            } else {
                output.line("%s %d segments, %d bytes: %d entries expired, %d dropped before every group had read them"
                        .formatted(
                                dryRun ? "would delete" : "deleted",
                                result.segments(),
                                result.bytes(),
                                result.expired(),
                                result.dropped()));
            }
        }
        return ExitCode.OK;
    }
}
