package dev.cometlog.cli;

import java.util.Locale;
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
        exitCodeOnInvalidInput = ExitCode.ERROR,
        exitCodeOnExecutionException = ExitCode.ERROR,
        footerHeading = "%nExit codes: 0 done, 1 a negative answer such as damage, 2 an error.%n%nExamples:%n",
        footer = {
            "  export COMET_DIR=/var/lib/comet",
            "  journalctl -f | comet append system:v1",
            "  comet tail -f system:v1 --from -10m -o json",
            "  comet consume system:v1 --group audit",
            "  comet forward kafka broker:9092 --stream system:v1 --group uplink",
            "  comet top",
            "  comet verify"
        },
        subcommands = {
            AppendCommand.class,
            CatCommand.class,
            TailCommand.class,
            ConsumeCommand.class,
            ForwardCommand.class,
            GroupsCommand.class,
            StreamsCommand.class,
            StatsCommand.class,
            TopCommand.class,
            RetainCommand.class,
            VerifyCommand.class,
            RepairCommand.class,
            DumpCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            BenchCommand.class,
            DemoCommand.class,
            DemoWorkerCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See comet --help.");
    }

    /// A command line with everything set up but the arguments.
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main())
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler(new Failures());
        giveVersion(commandLine);
        return commandLine;
    }

    /// Makes --version say the same after every command.
    private static void giveVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new VersionCommand());
        command.getSubcommands().values().forEach(Main::giveVersion);
    }

    /// Runs one command line and exits with its code, see [ExitCode].
    public static void main(String[] args) {
        // Numbers are printed for programs too, so they look the same everywhere.
        Locale.setDefault(Locale.ROOT);
        LogOnStandardError.use();
        System.exit(commandLine().execute(args));
    }
}
