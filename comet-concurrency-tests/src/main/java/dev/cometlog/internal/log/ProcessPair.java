package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;

/// Two incarnations that are alive in one directory: what two processes are to each other.
public final class ProcessPair {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ShardId ID = ShardId.of("races:v1", 0, 1);

    /// A shard that is appended to, in a directory of its own.
    public static final Shard SHARD;

    public static final Incarnations FIRST;
    public static final Incarnations SECOND;

    static {
        try {
            Path directory = Files.createTempDirectory("comet-races");
            ShardFixture fixture = new ShardFixture(directory);
            fixture.streamSettings = Map.of("maxShardBytes", Integer.toString(4 << 20));
            SHARD = fixture.open(ShardFixture.BOOT);
            FIRST = fixture.incarnations;
            SECOND = Incarnations.open(fixture.storage, directory, 0640);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessPair() {}

    private static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The lock of one of the two on a page.
    static ShardLock lock(ShardState state, Incarnations process) {
        return new ShardLock(ID, state, process, TimeSource.SYSTEM, TIMEOUT, () -> {
            throw new AssertionError("the holder is alive and was taken for dead");
        });
    }
}
