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
        footer = {"  comet retain --dry-run", "  comet retain -d /var/lib/comet"})
final class RetainCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Option(
            names = "--dry-run",
            description = {
                "Only tell what would be deleted. The log is opened as by those who append, so that a shard that was not"
                        + " closed well is put in order first."
            })
    private boolean dryRun;

    @Override
    public Integer call() {
        log.existing();
        Retained retained;
        try (OpenLog open = log.openToChange()) {
            retained = open.log().retain(dryRun);
        }
        try (Output output = Output.standard()) {
            output.line("%s %d segments, %d bytes: %d entries expired, %d dropped before every group had read them"
                    .formatted(
                            dryRun ? "would delete" : "deleted",
                            retained.segments(),
                            retained.bytes(),
                            retained.expired(),
                            retained.dropped()));
        }
        return ExitCode.OK;
    }
}
