package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each number that stats tell of a log, a stream and a group counts what it says, for whoever asks.
class StatsTest extends ConsumerFixture {

    private CometStats.OfShard shard() {
        return comet.stats().streams().getFirst().shards().getFirst();
    }

    private void open(CometConfig.Builder config) {
        comet.close();
        comet = new Comet(Logs.open(directory, config.build(), DiskStorage::new, clock));
    }

    private CometStats.OfGroup group() {
        return shard().groups().getFirst();
    }

    @Test
    void theTreeGoesFromTheLogToTheGroups() throws Exception {
        CometStats empty = comet.stats();
        assertThat(empty.streams()).isEmpty();
        CometStream stream = comet.stream(STREAM, 4);
        long _ = stream.shard(2).append(bytes("x"));
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.poll(STREAM, 1, Duration.ofSeconds(10)).size()).isEqualTo(1);
            CometStats stats = comet.stats();
            assertThat(stats.directory()).isEqualTo(directory.toRealPath());
            assertThat(stats.streams()).singleElement().satisfies(of -> {
                assertThat(of.name()).isEqualTo(STREAM);
                assertThat(of.shardCount()).isEqualTo(4);
                assertThat(of.shards()).singleElement().satisfies(shard -> {
                    assertThat(shard.shard()).isEqualTo(2);
                    assertThat(shard.problem()).isEmpty();
                    assertThat(shard.groups())
                            .extracting(CometStats.OfGroup::group)
                            .containsExactly("g");
                });
            });
            assertThat(stats.sum(shard -> shard.appends().entries())).isEqualTo(1);
        }
    }

    @Test
    void theDiskIsWhatTheFilesTakeAndMayTake() throws Exception {
        append(0, 5);
        CometStats.Disk disk = comet.stats().disk();
        assertThat(disk.allocatedBytes()).isEqualTo(bytesOnDisk());
        assertThat(disk.maxTotalBytes()).isPositive();
        assertThat(disk.freeBytes()).isPositive();
        assertThat(disk.minFreeBytes()).isPositive();
    }

    private long bytesOnDisk() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> (file.toFile().length() + 4095) / 4096 * 4096)
                    .sum();
        }
    }

    @Test
    void processesAreNamedWithTheIdThatTheyAskedFor() {
        assertThat(comet.stats().processes()).singleElement().satisfies(process -> {
            assertThat(process.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(process.processId()).isEmpty();
            assertThat(process.stopped()).isFalse();
        });
        assertThat(comet.processId()).isZero();
        try (Comet reader = Comet.open(directory, config -> config.readOnly(true))) {
            assertThat(reader.stats().processes())
                    .singleElement()
                    .satisfies(process -> assertThat(process.processId()).hasValue(0));
        }
    }

    @Test
    void expiredEntriesAreCountedAndTheIdentityHolds() {
        open(CometConfig.builder()
                .retention(retention -> retention.maxAge(Duration.ofHours(1)).minSegments(0)));
        append(0, 10);
        comet.sync();
        clock.advance(Duration.ofHours(2));
        append(10, 1);
        comet.sync();
        comet.retain();
        awaitTrue(() -> shard().gone().expired() == 10);
        CometStats.OfShard shard = shard();
        assertThat(shard.startOffset()).isEqualTo(10);
        assertThat(shard.kept().entries()).isEqualTo(1);
        assertThat(shard.endOffset()).isEqualTo(shard.kept().entries() + 10);
    }

    @Test
    void damageIsCountedOnceHoweverOftenItIsMetAndByReadersNot() throws Exception {
        append(0, 10);
        damage(4);
        try (Comet reader = Comet.open(directory, config -> config.readOnly(true))) {
            long _ = reader.stream(STREAM).shard(0).scan(0, (offset, time, memory, at, length) -> true);
        }
        assertThat(shard().gone().damaged()).isZero();
        for (int from : new int[] {0, 0, 4}) {
            long _ = comet.stream(STREAM).shard(0).scan(from, (offset, time, memory, at, length) -> true);
        }
        assertThat(shard().gone().damaged()).isEqualTo(1);
        assertThat(shard().gone().damagedPlaces()).isEqualTo(1);
        assertThat(shard().kept().entries()).isEqualTo(10);
        damage(7);
        long _ = comet.stream(STREAM).shard(0).scan(0, (offset, time, memory, at, length) -> true);
        assertThat(shard().gone().damagedPlaces()).isEqualTo(2);
        try (Comet reader = Comet.open(directory, config -> config.readOnly(true))) {
            assertThat(reader.stats().sum(shard -> shard.gone().damaged())).isEqualTo(2);
        }
    }

    @Test
    void aGroupsLagAndAcksAreCounted() throws Exception {
        append(0, 10);
        try (CometConsumer consumer = comet.consumer("g")) {
            Delivery delivery = consumer.poll(STREAM, 4, Duration.ofSeconds(10));
            clock.advance(Duration.ofSeconds(7));
            delivery.ack();
            CometStats.OfGroup group = group();
            assertThat(group.ackedOffset()).isEqualTo(4);
            assertThat(group.lagEntries()).isEqualTo(6);
            assertThat(group.lagBytes()).isPositive();
            assertThat(group.lagAge()).isEqualTo(Duration.ofSeconds(7));
            assertThat(group.acked()).isEqualTo(4);
            assertThat(group.reader())
                    .hasValueSatisfying(text -> assertThat(text)
                            .contains(Long.toString(ProcessHandle.current().pid())));
        }
        assertThat(group().reader()).isEmpty();
        assertThat(group().lastAck()).isPresent();
        assertThat(group().lagAge()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void failuresSkipsAndDeadLettersAreCounted() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("skips")) {
            consumer.process(
                    poisoned(1, 2),
                    options().maxRetries(2).onExhausted(Exhausted.skip()).build());
        }
        handled.clear();
        try (CometConsumer consumer = comet.consumer("tells")) {
            consumer.process(
                    poisoned(1, 2),
                    options().stream(STREAM)
                            .maxRetries(0)
                            .onExhausted(Exhausted.deadLetter("dlq:v1"))
                            .build());
        }
        List<CometStats.OfGroup> groups = comet.stats().streams().stream()
                .filter(stream -> stream.name().equals(STREAM))
                .findFirst()
                .orElseThrow()
                .shards()
                .getFirst()
                .groups();
        CometStats.OfGroup skips = groups.getFirst();
        assertThat(skips.skipped()).isEqualTo(1);
        assertThat(skips.deadLettered()).isZero();
        // Once with others and three times alone, or a little more often while it is singled out.
        assertThat(skips.failures()).isBetween(3L, 6L);
        CometStats.OfGroup tells = groups.getLast();
        assertThat(tells.skipped()).isZero();
        assertThat(tells.deadLettered()).isEqualTo(1);
        assertThat(tells.failures()).isPositive();
    }

    @Test
    void gapsAreCountedByReason() throws Exception {
        append(0, 10);
        damage(4);
        damage(5);
        List<Gap> told = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(8), options().onGap(told::add).build());
        }
        assertThat(told.stream().mapToLong(Gap::length).sum()).isEqualTo(2);
        assertThat(group().gaps()).isEqualTo(new CometStats.Gaps(0, 0, 2, 0));
    }

    @Test
    void theGapOfAPowerLossIsCountedAsSuch(@TempDir Path scratch) throws Exception {
        append(0, 1);
        comet.sync();
        // A copy of a log in use is recovered as after a power loss.
        Path copy = scratch.resolve("copy");
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                Files.copy(path, copy.resolve(directory.relativize(path)));
            }
        }
        try (Comet after = Comet.open(copy);
                CometConsumer consumer = after.consumer("g")) {
            long offset = after.stream(STREAM).shard(0).append(bytes("next"));
            assertThat(offset).isGreaterThan(1);
            for (int i = 0; i < 2; i++) {
                consumer.poll(STREAM, 1, Duration.ofSeconds(10)).ack();
            }
            CometStats.OfGroup group = after.stats()
                    .streams()
                    .getFirst()
                    .shards()
                    .getFirst()
                    .groups()
                    .getFirst();
            assertThat(group.gaps()).isEqualTo(new CometStats.Gaps(0, 0, 0, offset - 1));
            assertThat(group.acked()).isEqualTo(2);
        }
    }

    @Test
    void theGapsOfABoundAreDropsAndThoseOfAgeAreRetention() throws Exception {
        for (Gap.Reason reason : List.of(Gap.Reason.DROP, Gap.Reason.RETENTION)) {
            String stream = reason + ":v1";
            open(CometConfig.builder()
                    .segmentBytes(1 << 16)
                    .retention(
                            stream,
                            retention ->
                                    retention.maxShardBytes(1 << 19).protectUnconsumed(reason == Gap.Reason.DROP)));
            CometShard shard = comet.stream(stream, 1).shard(0);
            byte[] kilobyte = new byte[1000];
            long _ = shard.append(kilobyte);
            try (CometConsumer consumer = comet.consumer("late")) {
                assertThat(consumer.poll(stream, 1, Duration.ofSeconds(10)).size())
                        .isEqualTo(1);
            }
            IntStream.range(0, 1000).forEach(i -> shard.append(kilobyte));
            try (CometConsumer consumer = comet.consumer("late")) {
                Delivery first = consumer.poll(stream, 1, Duration.ofSeconds(10));
                first.ack();
                long start = shard.startOffset();
                assertThat(start).isPositive();
                CometStats.OfShard stats = comet.stats().streams().stream()
                        .filter(of -> of.name().equals(stream))
                        .findFirst()
                        .orElseThrow()
                        .shards()
                        .getFirst();
                CometStats.Gaps gaps = stats.groups().getFirst().gaps();
                long gap = first.gaps().getFirst().length();
                assertThat(gaps)
                        .isEqualTo(
                                reason == Gap.Reason.DROP
                                        ? new CometStats.Gaps(0, gap, 0, 0)
                                        : new CometStats.Gaps(gap, 0, 0, 0));
                assertThat(
                                reason == Gap.Reason.DROP
                                        ? stats.gone().dropped()
                                        : stats.gone().expired())
                        .isPositive();
            }
        }
    }

    @Test
    void aShardThatCannotBeReadIsNamedAndKeepsNobodyFromTheOthers() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        long _ = stream.shard(0).append(bytes("x"));
        long _ = stream.shard(1).append(bytes("x"));
        comet.sync();
        try (Comet reader = Comet.open(directory, config -> config.readOnly(true))) {
            Path state = directory.resolve("streams/events%3Av1/0000/state");
            Path aside = directory.resolve("aside");
            Files.move(state, aside);
            List<CometStats.OfShard> shards =
                    reader.stats().streams().getFirst().shards();
            assertThat(shards.get(0).problem())
                    .hasValueSatisfying(text -> assertThat(text).contains("0000/state"));
            assertThat(shards.get(1).problem()).isEmpty();
            Files.move(aside, state);
            assertThat(reader.stats().streams().getFirst().shards().get(0).problem())
                    .isEmpty();
        }
    }
}
