package dev.cometlog.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The entry point of `comet`: knows the commands, runs one, exits with its code.
@Command(
        name = "comet",
        description = "Looks into, checks and feeds a Comet log.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        subcommands = {VersionCommand.class, CommandLine.HelpCommand.class})
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See comet --help.");
    }

    /// Runs one command line and exits with its code: 0 done, 1 failed, 2 not understood.
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
