package dev.cometlog.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A log with one stream of two shards, `a b c` in the second and after them `d e` in the first.
abstract class TwoShards {
    @TempDir
    Path scratch;

    LogCommands log;

    @BeforeEach
    void makeALog() {
        log = new LogCommands(scratch.resolve("log"));
        log.append("events:v1", 2, 1, "a", "b", "c");
        log.append("events:v1", 2, 0, "d", "e");
    }
}
