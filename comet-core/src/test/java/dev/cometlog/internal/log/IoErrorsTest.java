package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the operating system refuses reaches the caller as an error that names it, before an offset is assigned,
/// and goes away with its cause.
class IoErrorsTest {
    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private ShardFixture fixture;
    private Shard shard;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        fixture.background = task -> {};
        shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "first");
        shard.sync();
    }

    @AfterEach
    void close() throws IOException {
        intercepted.before((method, path) -> {});
        shard.close(true);
        fixture.close();
    }

    private void fill() {
        String kilobyte = "x".repeat(1000);
        for (int i = 0; i < 600; i++) {
            ShardFixture.append(shard, kilobyte);
        }
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(fixture.paths.directory())) {
            return files.mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "open,   Too many open files,       IoFailure, ulimit -n",
        "list,   Too many open files,       IoFailure, ulimit -n",
        "open,   Read-only file system,     IoFailure, read-only",
        "open,   Input/output error,        IoFailure, Input/output error",
        "write,  Input/output error,        IoFailure, Input/output error",
        "map,    Cannot allocate memory,    IoFailure, Cannot allocate memory",
        "write,  No space left on device,   DiskFull,  No space left on device",
        "open,   No space left on device,   DiskFull,  No space left on device",
        "rename, No space left on device,   DiskFull,  No space left on device",
        "write,  Disk quota exceeded,       DiskFull,  Disk quota exceeded",
        "rename, Read-only file system,     IoFailure, read-only"
    })
    void anAppendThatNeedsASegmentFailsTypedAndGoesOnWhenTheCauseIsGone(
            String method, String reason, String type, String named) throws IOException {
        intercepted.before((called, path) -> {
            if (called.equals(method) && !path.endsWith("state")) {
                throw new FileSystemException(path.toString(), null, reason);
            }
        });
        assertThatThrownBy(this::fill)
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type))
                .hasMessageContaining(named)
                .isInstanceOf(CometException.class);
        long end = shard.state().endOffset();
        assertThat(end).isPositive();
        if (!method.equals("list")) {
            assertThat(ShardFixture.read(shard, 0)).hasSize((int) end).startsWith("0=first");
        }

        intercepted.before((called, path) -> {});
        assertThat(ShardFixture.read(shard, 0)).hasSize((int) end).startsWith("0=first");
        assertThat(ShardFixture.append(shard, "again")).isEqualTo(end);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aForceThatFailsStopsAppendsAndSyncsAndLeavesReads() throws IOException {
        ShardFixture.append(shard, "second");
        intercepted.before((called, path) -> {
            if (called.equals("force")) {
                throw new IOException("Input/output error");
            }
        });
        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.Poisoned.class)
                .hasMessageContaining("Input/output error");
        intercepted.before((called, path) -> {});
        assertThatThrownBy(() -> ShardFixture.append(shard, "third")).isInstanceOf(CometException.Poisoned.class);
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=first", "1=second");
    }

    @Test
    void retentionNeedsNoRoomOfTheDisk() throws IOException {
        fill();
        shard.sync();
        fixture.streamSettings = Map.of(StreamSettings.MAX_SHARD_BYTES, "65536");
        fixture.refreshSettings();
        intercepted.before((called, path) -> {
            if (called.equals("write") || called.equals("link") || called.equals("createDirectory")) {
                throw new FileSystemException(path.toString(), null, "No space left on device");
            }
        });
        assertThat(shard.retain(false).segments()).isPositive();
        assertThat(shard.state().startOffset()).isPositive();
    }
}
