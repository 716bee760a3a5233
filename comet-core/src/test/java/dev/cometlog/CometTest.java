package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user of the facade can rely on.
class CometTest {

    @TempDir
    Path directory;

    @Test
    void appendedEntriesAreReadInOrderUnderTheirIds() {
        try (Comet comet = Comet.open(directory)) {
            CometStream events = comet.stream("events:v1", 16);
            EntryId first = events.append("user-123", bytes("one"));
            List<EntryId> batch = events.append("user-123", List.of(bytes("two"), bytes("three")));

            assertThat(first.stream()).isEqualTo("events:v1");
            assertThat(batch).extracting(EntryId::offset).containsExactly(first.offset() + 1, first.offset() + 2);
            CometShard shard = events.shard(first.shard());
            assertThat(shard.length()).isEqualTo(3);
            assertThat(shard.recent(2)).extracting(CometTest::text).containsExactly("two", "three");
            assertThat(shard.recent(10))
                    .extracting(Entry::id)
                    .containsExactly(first, batch.getFirst(), batch.getLast());
        }
    }

    @Test
    void everyFormOfPayloadIsAppendedWhole() {
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1", 2).shard(1);
            shard.append(bytes("array"));
            shard.append(bytes("-range-"), 1, 5);
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(8).put(bytes("buffer..")).flip();
            shard.append(buffer.limit(6));
            shard.append(MemorySegment.ofArray(bytes("memory")));
            shard.append(new byte[0]);

            assertThat(buffer.position()).isZero();
            assertThat(shard.recent(5))
                    .extracting(CometTest::text)
                    .containsExactly("array", "range", "buffer", "memory", "");
        }
    }

    @Test
    void aKeyPicksTheSameShardAsItsFullName() {
        String name = Comet.pickShardStream("user-123", "events", "v1", 16);
        try (Comet comet = Comet.open(directory)) {
            EntryId byKey = comet.stream("events:v1", 16).append("user-123", bytes("x"));
            EntryId byName = comet.append(name, List.of(bytes("y"))).getFirst();

            assertThat(byName).isEqualTo(new EntryId(byKey.stream(), byKey.shard(), byKey.offset() + 1));
            assertThat(name).isEqualTo("events:v1:shard:%04d".formatted(byKey.shard()));
        }
    }

    @Test
    void entriesWithoutAKeyGoToEveryShard() {
        try (Comet comet = Comet.open(directory)) {
            CometStream events = comet.stream("events:v1", 3);
            for (int i = 0; i < 6; i++) {
                events.append(bytes("x"));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(events.shard(i).length()).isEqualTo(2);
            }
        }
    }

    @Test
    void appendingByNameMakesTheStreamWithTheDefaultShards() {
        try (Comet comet = Comet.open(directory, config -> config.defaultShards(5))) {
            comet.append("new:v1", List.of(bytes("x")));

            assertThat(comet.stream("new:v1").shardCount()).isEqualTo(5);
            assertThat(comet.streams()).containsExactly("new:v1");
        }
    }

    @Test
    void entriesAreThereAfterReopening() {
        try (Comet comet = Comet.open(directory)) {
            comet.stream("events:v1", 1).append(bytes("kept"));
        }
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1").shard(0);
            assertThat(shard.recent(1)).extracting(CometTest::text).containsExactly("kept");
            assertThat(shard.append(bytes("next"))).isEqualTo(1);
            assertThat(shard.startOffset()).isZero();
            assertThat(shard.endOffset()).isEqualTo(2);
        }
    }

    @Test
    void syncRaisesTheDurableOffsetToTheEnd() {
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            shard.append(bytes("x"));
            comet.sync();
            assertThat(shard.durableOffset()).isEqualTo(1);
        }
    }

    @Test
    void aTimeLeadsToTheFirstEntryAppendedThenOrLater() {
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            shard.append(bytes("x"));
            Instant appended = shard.recent(1).getFirst().timestamp();

            assertThat(shard.offsetAt(appended)).isZero();
            assertThat(shard.offsetAt(appended.plus(Duration.ofDays(1)))).isEqualTo(1);
            assertThat(shard.offsetAt(Instant.MIN)).isZero();
            assertThat(shard.offsetAt(Instant.MAX)).isEqualTo(1);
        }
    }

    @Test
    void browsingAShardThatWasNeverUsedMakesNothing() {
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            assertThat(shard.length()).isZero();
            assertThat(shard.recent(3)).isEmpty();
            assertThat(directory.resolve("streams/events%3Av1/0000")).doesNotExist();
        }
    }

    @Test
    void ownedShardsArePartedBetweenTheProcesses() {
        try (Comet comet = Comet.open(directory)) {
            CometStream events = comet.stream("events:v1", 5);
            assertThat(events.ownedShards(comet.processId(), 2))
                    .extracting(CometShard::name)
                    .containsExactly("events:v1:shard:0000", "events:v1:shard:0002", "events:v1:shard:0004");
            assertThat(events.ownedShards(1, 2)).hasSize(2);
        }
    }

    @Test
    void everythingFailsAfterClose() {
        Comet comet = Comet.open(directory);
        CometStream events = comet.stream("events:v1", 1);
        CometShard shard = events.shard(0);
        shard.append(bytes("x"));
        comet.close();
        comet.close();

        List<Runnable> calls = new ArrayList<>();
        calls.add(() -> comet.stream("events:v1"));
        calls.add(comet::streams);
        calls.add(comet::sync);
        calls.add(comet::processId);
        calls.add(() -> comet.append("events:v1", List.of(bytes("x"))));
        calls.add(() -> events.append(bytes("x")));
        calls.add(() -> shard.append(bytes("x")));
        calls.add(() -> shard.append(List.of(bytes("x"))));
        calls.add(shard::length);
        calls.add(() -> shard.recent(1));
        calls.add(shard::sync);
        for (Runnable call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(CometException.Closed.class);
        }
    }

    @Test
    void closingOneOfTwoOpensLeavesTheOtherUsable() {
        try (Comet first = Comet.open(directory)) {
            Comet second = Comet.open(directory);
            CometShard closed = second.stream("events:v1", 1).shard(0);
            closed.append(bytes("x"));
            second.close();

            assertThatThrownBy(() -> closed.append(bytes("y"))).isInstanceOf(CometException.Closed.class);
            assertThat(first.stream("events:v1").shard(0).append(bytes("z"))).isEqualTo(1);
        }
    }

    @Test
    void wrongArgumentsAreRefusedByName() {
        try (Comet comet = Comet.open(directory)) {
            CometStream events = comet.stream("events:v1", 2);
            assertThatThrownBy(() -> events.append(null, bytes("x")))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("key");
            assertThatThrownBy(() -> events.append("key", (byte[]) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("payload");
            assertThatThrownBy(() -> events.append("key", List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("empty");
            assertThatThrownBy(() -> events.shard(2)).hasMessageContaining("shard=2");
            assertThatThrownBy(() -> events.shard(0).scan(-1, (o, t, m, p, l) -> true))
                    .hasMessageContaining("from=-1");
            assertThatThrownBy(() -> comet.append("events:v1:shard:x", List.of(bytes("x"))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> comet.stream("a/b", 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> comet.stream("zero", 0)).hasMessageContaining("shards=0");
        }
    }

    @Test
    void aStreamWithAnotherShardCountIsRefusedWithBothNumbers() {
        try (Comet comet = Comet.open(directory)) {
            comet.stream("events:v1", 2);
            assertThatThrownBy(() -> comet.stream("events:v1", 3))
                    .isInstanceOf(CometException.WrongShardCount.class)
                    .hasMessageContaining("2")
                    .hasMessageContaining("3");
            assertThatThrownBy(() -> comet.stream("other"))
                    .isInstanceOf(CometException.UnknownStream.class)
                    .hasMessageContaining("other");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Entry entry) {
        return new String(entry.bytes(), StandardCharsets.UTF_8);
    }
}
