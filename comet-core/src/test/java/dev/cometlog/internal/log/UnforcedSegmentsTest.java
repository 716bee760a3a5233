package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.NotOpenedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a sync makes of segment files that it cannot open, or cannot make sense of.
class UnforcedSegmentsTest {
    private static final int SPOILT_POSITION = 30;

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));
    private ShardFixture fixture;
    private Shard shard;
    private long middle;

    @BeforeEach
    void fillSeveralSegments() throws IOException {
        fixture = new ShardFixture(directory, intercepted.storage());
        shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < 900; i++) {
            ShardFixture.append(shard, "x".repeat(1000) + i);
        }
        long[] bases = shard.view().segments().bases();
        assertThat(bases).hasSizeGreaterThan(2);
        middle = bases[1];
    }

    @AfterEach
    void close() throws IOException {
        intercepted.before((method, path) -> {});
        shard.close(true);
        fixture.close();
    }

    @Test
    void aFileThatCannotBeOpenedFailsTheSyncAndPoisonsNothing() {
        shard.view().segments().forget(middle);
        intercepted.before((method, path) -> {
            if (method.equals("open") && path.equals(fixture.paths.segment(middle))) {
                throw new FileSystemException(path.toString(), null, "Too many open files");
            }
        });
        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.IoFailure.class)
                .hasMessageContaining(fixture.paths.segment(middle).toString());
        assertThat(shard.state().durableOffset()).isZero();
        assertThat(shard.state().syncClaim()).isZero();

        intercepted.before((method, path) -> {});
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(900);
    }

    @Test
    void aDirectoryThatCannotBeOpenedFailsTheSyncAndPoisonsNothing() {
        intercepted.before((method, path) -> {
            if (method.equals("forceDirectory")) {
                throw new NotOpenedException(
                        path, new FileSystemException(path.toString(), null, "Too many open files"));
            }
        });
        assertFailsWithoutPoison();
    }

    @Test
    void aForceOfTheDirectoryThatFailsIsNotForgotten() {
        intercepted.before((method, path) -> {
            if (method.equals("forceDirectory")) {
                throw new IOException("Input/output error");
            }
        });
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        assertThat(shard.state().durableOffset()).isZero();
    }

    @Test
    void aDamagedFileThatCannotBeOpenedFailsTheSyncAndPoisonsNothing() throws IOException {
        spoilHeader(middle);
        // Once to be looked into, and once to be forced.
        AtomicInteger opened = new AtomicInteger();
        intercepted.before((method, path) -> {
            if (method.equals("open")
                    && path.equals(fixture.paths.segment(middle))
                    && opened.incrementAndGet() % 2 == 0) {
                throw new FileSystemException(path.toString(), null, "Too many open files");
            }
        });
        assertFailsWithoutPoison();
    }

    private void assertFailsWithoutPoison() {
        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.IoFailure.class)
                .hasMessageContaining("Too many open files")
                .hasMessageContaining("ulimit -n");
        assertThat(shard.state().poison()).isZero();
        assertThat(shard.state().durableOffset()).isZero();
        assertThat(shard.state().syncClaim()).isZero();
        ShardFixture.append(shard, "appends go on");

        intercepted.before((method, path) -> {});
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(901);
    }

    @Test
    void aFileWhoseHeaderIsDamagedIsForcedAsItIs() throws IOException {
        spoilHeader(middle);
        List<Path> forced = new ArrayList<>();
        intercepted.before((method, path) -> {
            if (method.equals("force")) {
                forced.add(path);
            }
        });
        shard.sync();
        assertThat(forced).contains(fixture.paths.segment(middle)).hasSizeGreaterThan(2);
        assertThat(shard.state().durableOffset()).isEqualTo(900);
        assertThat(ShardFixture.read(shard, 0)).anyMatch(entry -> entry.startsWith(middle + ".."));
    }

    @Test
    void aForceOfSuchAFileThatFailsIsNotForgotten() throws IOException {
        spoilHeader(middle);
        intercepted.before((method, path) -> {
            if (method.equals("force") && path.equals(fixture.paths.segment(middle))) {
                throw new IOException("Input/output error");
            }
        });
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        assertThat(shard.state().durableOffset()).isZero();
    }

    @Test
    void anActiveSegmentWhoseHeaderIsDamagedIsNeverCalledDurable() throws IOException {
        long active = shard.state().activeBase();
        byte before = spoilHeader(active);
        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.Damaged.class)
                .hasMessageContaining(fixture.paths.segment(active).toString());
        assertThat(shard.state().durableOffset()).isZero();

        writeHeader(active, before);
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(900);
    }

    @Test
    void aSealedFileThatWasDeletedByHandHoldsUpNoSync() throws IOException {
        shard.view().segments().forget(middle);
        Files.delete(fixture.paths.segment(middle));
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(900);
        assertThat(ShardFixture.read(shard, 0)).anyMatch(entry -> entry.endsWith("DAMAGE"));
    }

    private byte spoilHeader(long base) throws IOException {
        shard.view().segments().forget(base);
        byte before = Files.readAllBytes(fixture.paths.segment(base))[SPOILT_POSITION];
        writeHeader(base, (byte) ~before);
        return before;
    }

    private void writeHeader(long base, byte value) throws IOException {
        try (FileChannel file = FileChannel.open(fixture.paths.segment(base), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {value}), SPOILT_POSITION);
        }
    }
}
