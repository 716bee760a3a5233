package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The option that every command shares: which log.
final class LogDirectory {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-d", "--dir"},
            paramLabel = "DIR",
            description = "The log's directory; COMET_DIR unless given.",
            defaultValue = "${env:COMET_DIR}")
    private @Nullable Path directory;

    /// The directory, which need not exist.
    ///
    /// @throws ParameterException if neither the option nor COMET_DIR names one
    Path path() {
        if (directory == null || directory.toString().isEmpty()) {
            throw new ParameterException(command.commandLine(), "Which log? Give -d DIR or set COMET_DIR.");
        }
        return directory;
    }

    /// The directory of a log that is only looked at, so a missing one is an error and is not made.
    Path existing() {
        Path path = path();
        if (!Files.isDirectory(path)) {
            throw new CommandFailure(path + ": no such directory");
        }
        return path;
    }

    /// Opens the log to look at it: it takes no lock and writes nothing.
    Comet openToRead() {
        return CleanStop.watch(Comet.open(existing(), config -> config.readOnly(true)));
    }

    /// Opens the log from inside, to change settings or delete; it is made if there is none.
    OpenLog openToChange() {
        return OpenLog.toChange(path());
    }

    /// Opens the log, which is made if there is none, with some settings of its own.
    Comet openToWrite(Consumer<CometConfig.Builder> settings) {
        return CleanStop.watch(Comet.open(path(), settings));
    }
}
