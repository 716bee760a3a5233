package dev.cometlog.forward;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes entries as lines of JSON to a file, which is put aside for a new one when it is large or old enough.
///
/// An entry is done once its line survives power loss. What a crash left of a line is cut off before the next is
/// written, so every line is whole. Thread-safe; one sink, of one process, writes a file at a time.
public final class FileSink implements Sink {
    private final FileOptions options;
    private final Clock clock;

    private @Nullable RollingFile open; // guarded by this

    /// Opens the file, which another sink must not have open.
    ///
    /// @throws IOException if the file cannot be opened, or another sink has it
    public FileSink(FileOptions options) throws IOException {
        this(options, Clock.systemUTC());
    }

    FileSink(FileOptions options, Clock clock) throws IOException {
        this.options = options;
        this.clock = clock;
        this.open = RollingFile.open(options, clock);
    }

    @Override
    public synchronized List<Outcome> send(SinkBatch batch) throws IOException {
        NdjsonBatch lines = NdjsonBatch.of(batch, options.format());
        if (lines.count() > 0) {
            RollingFile file = open;
            if (file == null) {
                file = RollingFile.open(options, clock);
                open = file;
            }
            try {
                file.append(lines.lines().bytes());
            } catch (IOException e) {
                // What it left is cut off when it is opened again.
                open = null;
                file.close();
                throw e;
            }
        }
        return lines.outcomes(batch, Outcome.done());
    }

    @Override
    public synchronized void close() {
        RollingFile file = open;
        open = null;
        if (file != null) {
            file.close();
        }
    }
}
