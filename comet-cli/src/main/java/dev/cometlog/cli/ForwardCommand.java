package dev.cometlog.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Sends streams on to another system until it is stopped: one command for each kind of destination.
@Command(
        name = "forward",
        description = "Send streams on to another system, as a member of a group, until interrupted or terminated.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet forward kafka broker-1:9092,broker-2:9092 --stream events:v1 --group uplink",
            "  comet forward http https://collector/in --stream events:v1 --group uplink --dead-letter events-dlq:v1",
            "  comet forward file /var/log/events.ndjson --stream events:v1 --group archive"
        },
        subcommands = {ForwardKafkaCommand.class, ForwardHttpCommand.class, ForwardFileCommand.class})
final class ForwardCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Forward to what? kafka, http or file.");
    }
}
