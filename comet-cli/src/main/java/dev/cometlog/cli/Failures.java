package dev.cometlog.cli;

import dev.cometlog.CometException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what went wrong into one line, `comet: …`, and an exit code.
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof Output.ClosedPipe) {
            return ExitCode.OK;
        }
        if (CleanStop.isStopping()) {
            return ExitCode.ERROR;
        }
        PrintWriter err = command.getErr();
        err.println("comet: " + oneLine(describe(failure)));
        if (!isExpected(failure)) {
            // A mistake of ours: without the trace nobody could mend it.
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.ERROR;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        PrintWriter err = failure.getCommandLine().getErr();
        err.println("comet: " + oneLine(String.valueOf(failure.getMessage())));
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("See " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help.");
        err.flush();
        return ExitCode.ERROR;
    }

    static boolean isExpected(Throwable failure) {
        return failure instanceof CometException
                || failure instanceof CommandFailure
                || failure instanceof IllegalArgumentException
                || failure instanceof IOException
                || failure instanceof InterruptedException;
    }

    static String describe(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException e -> e.getFile() + ": no such file";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileSystemException e -> e.getFile() + ": " + e.getReason();
            case CometException e -> String.valueOf(e.getMessage());
            case CommandFailure e -> String.valueOf(e.getMessage());
            case IllegalArgumentException e -> String.valueOf(e.getMessage());
            default -> failure.toString();
        };
    }

    static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
