package dev.cometlog.cli;

import dev.cometlog.Gap;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.ShardInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Puts right what is wrong with the files of a log that nobody uses.
@Command(
        name = "repair",
        description = {
            "Tell what is wrong with the files of a log and which offsets are lost, and with --execute put it right:",
            "cut a torn tail, rebuild state pages and indexes, move segments that say nothing to quarantine/.",
            "Without --execute it changes nothing. It may be interrupted and run again at any time."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 nothing to do or done, 1 there is something to do, 2 an error.%n%nExamples:%n",
        footer = {
            "  comet repair -d /var/lib/comet",
            "  comet repair -d /var/lib/comet -o json",
            "  comet repair -d /var/lib/comet --execute"
        })
final class RepairCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private OutputOption format;

    @Option(names = "--execute", description = "Do it. Refused while any process has the log open for writing.")
    private boolean execute;

    /// What was put right, or would be.
    ///
    /// @param lostOffsets how many offsets are in `lost`
    record Result(boolean executed, List<ShardInspection.Finding> findings, List<Gap> lost, long lostOffsets) {}

    @Override
    public Integer call() throws IOException {
        Path directory = log.existing();
        RepairPlan plan;
        try (Progress progress = new Progress()) {
            plan = RepairPlan.of(directory, progress);
        }
        if (execute) {
            RepairRun.on(directory).execute(plan);
        }
        try (Output output = Output.standard()) {
            long offsets = plan.lost().stream().mapToLong(Gap::length).sum();
            if (format.isJson()) {
                RecordJson.print(output, new Result(execute, plan.findings(), plan.lost(), offsets));
            } else {
                print(output, plan, offsets);
            }
        }
        return execute || plan.findings().isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private void print(Output output, RepairPlan plan, long offsets) {
        plan.findings().forEach(finding -> output.line(text(finding)));
        plan.lost().forEach(gap -> output.line(text(gap)));
        output.line("%d %s, %d offsets lost"
                .formatted(plan.findings().size(), execute ? "put right" : "to put right", offsets));
        if (!execute && !plan.findings().isEmpty()) {
            output.line("nothing was changed; --execute does it");
        }
    }

    private String text(ShardInspection.Finding finding) {
        String what = switch (finding.cure()) {
            case QUARANTINE -> execute ? "moved to quarantine" : "move to quarantine";
            case DELETE -> execute ? "made again" : "make again";
            case RECOVER -> execute ? "recovered" : "recover";
        };
        return what + ": " + finding.path() + ": " + finding.problem();
    }

    private static String text(Gap gap) {
        return "lost: " + StreamName.ofShard(gap.stream(), gap.shard()) + " offsets " + gap.from() + " to "
                + (gap.to() - 1) + ": " + gap.reason();
    }
}
