package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the user who opens a log may not read or write is an error where it is needed, and hinders nothing else.
class UnreadableFilesTest {
    private static final Set<String> WRITES = Set.of("createDirectory", "link", "rename", "delete");

    @TempDir
    Path directory;

    private final InterceptedStorage[] opened = new InterceptedStorage[1];

    private Log open(InterceptedStorage.Before before) {
        return Logs.open(
                directory,
                CometConfig.builder().build(),
                mode -> {
                    opened[0] = new InterceptedStorage(new DiskStorage(mode));
                    opened[0].before(before);
                    return opened[0].storage();
                },
                TimeSource.SYSTEM);
    }

    private static InterceptedStorage.Before deny(Path denied) {
        return (method, path) -> {
            if (!method.equals("kind") && path.startsWith(denied)) {
                throw new AccessDeniedException(path.toString());
            }
        };
    }

    private void appendToBothShards() {
        Log log = open((method, path) -> {});
        for (int shard = 0; shard < 2; shard++) {
            long _ = log.findOrCreate("events:v1", 2).shard(shard).append(new byte[1], 0, 1);
        }
        Logs.close(log);
    }

    @Test
    void aStrangeDirectoryThatCannotBeListedIsNotCountedAndHindersNothing() throws IOException {
        appendToBothShards();
        Path strange = Files.createDirectory(directory.toRealPath().resolve("streams/backup"));
        Log log = open(deny(strange));
        assertThat(log.streamNames()).containsExactly("events:v1");
        assertThat(log.findOrCreate("events:v1", 2).shard(0).append(new byte[1], 0, 1))
                .isEqualTo(1);
        Logs.close(log);
    }

    @Test
    void aShardThatCannotBeReadFailsAloneAndByName() throws IOException {
        appendToBothShards();
        Path shard = directory.toRealPath().resolve("streams/events%3Av1/0001");
        Log log = open(deny(shard));
        LogStream stream = log.find("events:v1").orElseThrow();
        assertThat(stream.shard(0).append(new byte[1], 0, 1)).isEqualTo(1);
        assertThatThrownBy(() -> stream.shard(1))
                .isInstanceOf(CometException.IoFailure.class)
                .hasMessageContaining("events:v1:shard:0001")
                .hasMessageContaining("AccessDenied");
        Logs.close(log);
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefusedWithTheUser() throws IOException {
        Path real = directory.toRealPath();
        assertThatThrownBy(() -> open((method, path) -> {
                    if (WRITES.contains(method) || (method.equals("open") && !Files.exists(path))) {
                        throw new AccessDeniedException(path.toString());
                    }
                }))
                .isInstanceOf(CometException.IoFailure.class)
                .hasMessageContaining(real + " cannot be written by user " + System.getProperty("user.name"))
                .hasCauseInstanceOf(AccessDeniedException.class);
        assertThat(real.resolve("comet.properties")).doesNotExist();
        // Nothing is held that would keep the next from opening it.
        Log log = open((method, path) -> {});
        Logs.close(log);
    }
}
