package dev.cometlog.cli;

/// What the exit codes of every command mean.
final class ExitCode {
    static final int OK = 0;

    /// The command did its work, and the answer is no: damage was found, entries are missing.
    static final int NEGATIVE = 1;

    /// The command line makes no sense, or the work could not be done.
    static final int ERROR = 2;

    private ExitCode() {}
}
