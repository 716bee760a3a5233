package dev.cometlog.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints a script that completes commands and options.
@Command(
        name = "completion",
        description = "Print a script that lets bash or zsh complete commands and options.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  source <(comet completion)", "  comet completion > /etc/bash_completion.d/comet"})
final class CompletionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (Output output = Output.standard()) {
            output.line(AutoComplete.bash("comet", spec.root().commandLine()));
        }
        return ExitCode.OK;
    }
}
