package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever is told that there is no room is counted, whichever call of the operating system found none.
class RefusedAppendsTest {
    private static final byte[] PAYLOAD = new byte[1000];

    /// What may find no room, or say so. A force that does poisons the shard instead.
    private static final Set<String> CALLS = Set.of("open", "list", "write", "map", "rename");

    /// Fills a few segments.
    private static final int APPENDS = 700;

    @TempDir
    Path directory;

    private final InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(FilesMode.DEFAULT));

    /// What the calls that found no room were.
    private final Set<String> failed = new TreeSet<>();

    private int calls;

    /// The call that finds no room, from 1 on; with all later ones of one append, or alone.
    private int first;

    private boolean andLater;

    private void check(String method, Path path) throws IOException {
        if (!CALLS.contains(method)) {
            return;
        }
        calls++;
        if (calls == first || (calls > first && andLater)) {
            failed.add(method);
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAppendThatFindsNoRoomIsCountedOnceWhicheverCallFoundNone(boolean later) throws IOException {
        andLater = later;
        long all = 0;
        first = 0;
        do {
            first++;
            calls = 0;
            all += refusedOfOneShard();
        } while (calls >= first);
        assertThat(all).isGreaterThan(10);
        assertThat(failed).isEqualTo(CALLS);
    }

    /// Two that append to one shard, as two processes would, so that each meets segments that the other began.
    private long refusedOfOneShard() throws IOException {
        intercepted.before((method, path) -> {});
        try (ShardFixture fixture =
                new ShardFixture(directory, directory.resolve(andLater + "-" + first), intercepted.storage())) {
            Shard one = fixture.open(ShardFixture.BOOT);
            Shard other = fixture.open(ShardFixture.BOOT);
            intercepted.before(this::check);
            long told = 0;
            for (int i = 0; i < APPENDS; i++) {
                try {
                    long _ = (i / 10 % 2 == 0 ? one : other).append(PAYLOAD, 0, PAYLOAD.length);
                } catch (CometException.DiskFull e) {
                    told++;
                    if (andLater) {
                        intercepted.before((method, path) -> {});
                    }
                }
            }
            intercepted.before((method, path) -> {});
            assertThat(one.state().counters().get(ShardCounters.Counter.REFUSED))
                    .as("call %d", first)
                    .isEqualTo(told);
            assertThat(one.state().counters().get(ShardCounters.Counter.LAST_REFUSED_MICROS) > 0)
                    .isEqualTo(told > 0);
            other.close(false);
            one.close(true);
            return told;
        }
    }

    @Test
    void ofABatchEveryEntryIsCounted() throws IOException {
        try (ShardFixture fixture = new ShardFixture(directory, intercepted.storage())) {
            Shard shard = fixture.open(ShardFixture.BOOT);
            first = 1;
            andLater = true;
            intercepted.before(this::check);
            assertRefused(() -> shard.appendBatch(List.of(PAYLOAD, PAYLOAD, PAYLOAD)));
            assertThat(shard.state().counters().get(ShardCounters.Counter.REFUSED))
                    .isEqualTo(3);
            intercepted.before((method, path) -> {});
            shard.close(true);
        }
    }

    private static void assertRefused(Runnable append) {
        try {
            append.run();
        } catch (CometException.DiskFull e) {
            return;
        }
        throw new AssertionError("was not refused");
    }
}
