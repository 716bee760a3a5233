package dev.cometlog;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;

/// A log in memory with a few entries in each shard of one stream, for as long as a fuzzer runs.
///
/// @param storage where its files are
public record FuzzedLog(Comet comet, MemoryStorage storage, Path streamDirectory) {
    public static final String STREAM = "events:v1";
    public static final int SHARDS = 2;

    /// In each shard.
    public static final int ENTRIES = 30;

    public static FuzzedLog open(Path scratch) throws IOException {
        Path directory = scratch.toRealPath();
        MemoryStorage storage = new MemoryStorage(directory);
        Comet comet =
                new Comet(Logs.open(directory, CometConfig.builder().build(), mode -> storage, new ManualClock()));
        CometStream stream = comet.stream(STREAM, SHARDS);
        for (int shard = 0; shard < SHARDS; shard++) {
            for (int i = 0; i < ENTRIES; i++) {
                long _ = stream.shard(shard).append(new byte[] {(byte) i});
            }
        }
        return new FuzzedLog(comet, storage, directory.resolve("streams").resolve("events%3Av1"));
    }
}
