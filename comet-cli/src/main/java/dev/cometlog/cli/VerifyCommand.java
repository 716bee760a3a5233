package dev.cometlog.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Checks every byte that is in use, and says where it is wrong.
@Command(
        name = "verify",
        description = {
            "Check every checksum of a log, and that no entry is missing.",
            "Reads only, takes no lock, and works beside processes that append."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 no damage, 1 damage, 2 it could not be checked.%n%nExamples:%n",
        footer = {"  comet verify -d /var/lib/comet", "  comet verify -o json | jq -r '.damage[].path'"})
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private OutputOption format;

    @Override
    public Integer call() throws IOException {
        VerifyReport report;
        try (var progress = new Progress()) {
            report = new LogVerifier(log.existing(), progress).verify();
        }
        try (var output = Output.standard()) {
            if (format.isJson()) {
                RecordJson.print(output, report.result());
            } else {
                print(report, output);
            }
        }
        return report.damage().isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static void print(VerifyReport report, Output output) {
        report.notes().forEach(note -> output.line("note: " + note));
        report.damage().forEach(damage -> output.line("damage: " + damage));
        output.line("%d shards, %d segments, %d entries, %d bytes: %s"
                .formatted(
                        report.shards(),
                        report.segments(),
                        report.entries(),
                        report.bytes(),
                        report.damage().isEmpty()
                                ? "no damage"
                                : report.damage().size() + " damaged places"));
    }
}
