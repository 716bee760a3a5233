package dev.cometlog.internal.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What Linux tells under `/proc`. Everything is optional: elsewhere there is no such directory.
public final class Procfs {
    private static final Path ROOT = Path.of("/proc");

    /// Fields of `/proc/<pid>/stat` behind the command, which may itself hold blanks and parentheses.
    private static final int STATE_FIELD = 0;

    private static final int START_FIELD = 19;

    private Procfs() {}

    /// A process as the kernel sees it.
    ///
    /// @param state one letter, such as `R`, `S` or `T`
    /// @param startTicks when it began, since boot; tells two processes of the same number apart
    public record ProcessStat(char state, long startTicks) {
        /// Whether it was stopped by a signal or a debugger, so that it does nothing at all.
        public boolean isStopped() {
            return state == 'T' || state == 't';
        }
    }

    /// The text that names this run of the operating system.
    public static Optional<String> bootId() {
        return read(ROOT.resolve("sys/kernel/random/boot_id"));
    }

    /// The process of that number in this process's namespace.
    public static Optional<ProcessStat> stat(long pid) {
        return read(ROOT.resolve(Long.toString(pid)).resolve("stat")).flatMap(Procfs::parse);
    }

    static Optional<ProcessStat> parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fields.length <= START_FIELD) {
            return Optional.empty();
        }
        return Optional.of(new ProcessStat(fields[STATE_FIELD].charAt(0), Long.parseLong(fields[START_FIELD])));
    }

    private static Optional<String> read(Path path) {
        try {
            return Optional.of(IoThreads.call(() -> Files.readString(path)));
        } catch (IOException e) {
            // No such system, or no such process any more: both are answers.
            return Optional.empty();
        }
    }
}
