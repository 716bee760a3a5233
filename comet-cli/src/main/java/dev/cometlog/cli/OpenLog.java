package dev.cometlog.cli;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.Logs;
import java.nio.file.Path;

/// A log from inside, for commands that change or show what the library keeps to itself.
///
/// Nobody looks after it: such a command deletes or rolls nothing but what it was told to.
record OpenLog(Log log) implements AutoCloseable {

    static OpenLog toChange(Path directory) {
        return new OpenLog(Logs.openUnattended(directory, CometConfig.builder().build()));
    }

    static OpenLog toRead(Path directory) {
        return new OpenLog(Logs.openUnattended(
                directory, CometConfig.builder().readOnly(true).build()));
    }

    /// @throws CometException.UnknownStream if it does not exist
    LogStream stream(String name) {
        return log.find(name)
                .orElseThrow(() -> new CometException.UnknownStream(
                        "no stream is called \"" + name + "\"" + Names.suggestion(name, log.streamNames())));
    }

    @Override
    public void close() {
        Logs.close(log);
    }
}
