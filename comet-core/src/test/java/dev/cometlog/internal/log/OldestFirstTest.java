package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.OldestFirst.Backlog;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldestFirstTest {
    @TempDir
    Path directory;

    private ShardFixture fixture;
    private Shard shard;

    @BeforeEach
    void openAShard() throws Exception {
        fixture = new ShardFixture(directory);
        shard = fixture.open(ShardFixture.BOOT);
    }

    @AfterEach
    void close() throws Exception {
        shard.close(true);
        fixture.close();
    }

    /// Segments of 10 entries and 100 bytes, appended at these times.
    private Backlog backlog(long protectedFrom, boolean mayDrop, long... micros) {
        List<SealedSegment> sealed = new java.util.ArrayList<>();
        for (long time : micros) {
            long base = sealed.size() * 10L;
            sealed.add(new SealedSegment(base, base + 10, base + 10, 100, time));
        }
        return new Backlog(shard, sealed, protectedFrom, mayDrop);
    }

    private static List<List<Long>> times(List<Backlog> chosen) {
        return chosen.stream()
                .map(backlog -> backlog.sealed().stream()
                        .map(SealedSegment::newestMicros)
                        .toList())
                .toList();
    }

    @Test
    void theOldestGoWhereverTheyLieAndNoMoreThanNeeded() {
        List<Backlog> shards = List.of(backlog(99, false, 1, 5, 6), backlog(99, false, 2, 3, 9));
        assertThat(times(OldestFirst.choose(shards, 250))).containsExactly(List.of(1L), List.of(2L, 3L));
        assertThat(times(OldestFirst.choose(shards, 300))).containsExactly(List.of(1L), List.of(2L, 3L));
        assertThat(OldestFirst.choose(shards, 0)).isEmpty();
    }

    @Test
    void whatIsUnreadGoesLastHoweverOld() {
        List<Backlog> shards = List.of(backlog(10, true, 1, 2), backlog(99, true, 7, 8));
        assertThat(times(OldestFirst.choose(shards, 300))).containsExactly(List.of(1L), List.of(7L, 8L));
        assertThat(times(OldestFirst.choose(shards, 400))).containsExactly(List.of(1L, 2L), List.of(7L, 8L));
    }

    @Test
    void whatIsUnreadStaysWhereItIsNotDropped() {
        List<Backlog> shards = List.of(backlog(10, false, 1, 2), backlog(0, true, 7));
        assertThat(times(OldestFirst.choose(shards, 200))).containsExactly(List.of(1L), List.of(7L));
    }

    @Test
    void nothingGoesInVain() {
        List<Backlog> shards = List.of(backlog(10, false, 1, 2));
        assertThat(OldestFirst.choose(shards, 200)).isEmpty();
        assertThat(times(OldestFirst.chooseUpTo(shards, 200))).containsExactly(List.of(1L));
    }
}
