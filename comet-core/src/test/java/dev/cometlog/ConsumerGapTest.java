package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What a group learns of entries that it will never be delivered.
class ConsumerGapTest extends ConsumerFixture {
    private static final long SEGMENT = 1 << 16;
    private static final long BOUND = 8 * SEGMENT;

    @Test
    void lostEntriesArriveAsAGapOnceAndAreCounted() throws Exception {
        append(0, 10);
        damage(4);
        List<Gap> gaps = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(9), options().onGap(gaps::add).build());
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(9, 0, 0, 1));
        }
        assertThat(gaps).containsExactly(new Gap(STREAM, 0, 4, 5, Gap.Reason.DAMAGE));
        List<String> expected = new ArrayList<>(texts(0, 10));
        assertThat(expected.remove("4")).isTrue();
        assertThat(handled).isEqualTo(expected);
    }

    @Test
    void aGapThatWasAcknowledgedIsNotToldAgainWhenWhatLiesBeforeItComesAgain() throws Exception {
        append(0, 10);
        damage(4);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(0, 4));
            Delivery behind = consumer.poll(STREAM, 10, Duration.ZERO);
            assertThat(behind.gaps()).containsExactly(new Gap(STREAM, 0, 4, 5, Gap.Reason.DAMAGE));
            consumer.rewind();
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(0, 4));
            Delivery again = consumer.poll(STREAM, 10, Duration.ZERO);
            assertThat(again.gaps()).as("not acknowledged, so it comes again").hasSize(1);
            again.ack();
            consumer.rewind();
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(0, 4));
            Delivery none = consumer.poll(STREAM, 10, Duration.ZERO);
            assertThat(none.gaps()).isEmpty();
            assertThat(none.size()).isZero();
            assertThat(consumer.counts(STREAM).gaps()).isEqualTo(1);
        }
    }

    @Test
    void whatABoundDroppedBeforeTheGroupReadItIsAGapByDrop() throws Exception {
        assertThat(reasonAfterDeletion(retention -> retention.maxShardBytes(BOUND)))
                .isEqualTo(Gap.Reason.DROP);
    }

    @Test
    void whatExpiredUnreadBecauseNothingIsProtectedIsAGapByRetention() throws Exception {
        assertThat(reasonAfterDeletion(
                        retention -> retention.maxAge(Duration.ofMinutes(1)).protectUnconsumed(false)))
                .isEqualTo(Gap.Reason.RETENTION);
    }

    /// Why a group that has read the first entry does not get the following ones.
    private Gap.Reason reasonAfterDeletion(Consumer<CometConfig.Retention> retention) throws Exception {
        comet.close();
        CometConfig config = CometConfig.builder()
                .segmentBytes((int) SEGMENT)
                .retention(retention)
                .build();
        comet = new Comet(Logs.open(directory, config, DiskStorage::new, clock));
        append(0, 1);
        List<Gap> gaps = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(1), options().build());
            CometShard shard = comet.stream(STREAM).shard(0);
            byte[] large = new byte[(int) SEGMENT / 8];
            for (long written = 0; written < 2 * BOUND; written += large.length) {
                shard.append(large);
            }
            clock.advance(Duration.ofHours(2));
            comet.sync();
            comet.retain();
            assertThat(shard.startOffset()).isGreaterThan(1);
            long end = shard.endOffset();
            consumer.process(
                    delivery -> {
                        if (delivery.size() == end - gaps.getFirst().to()) {
                            throw new StopProcessing();
                        }
                    },
                    options().batchSize(1000).onGap(gaps::add).build());
            assertThat(gaps).hasSize(1);
            assertThat(gaps.getFirst().from()).isEqualTo(1);
            assertThat(gaps.getFirst().to()).isEqualTo(shard.startOffset());
            assertThat(consumer.counts(STREAM).gaps()).isEqualTo(gaps.getFirst().length());
        }
        return gaps.getFirst().reason();
    }

    @Test
    void whatExpiresLaterIsNoDropThoughABoundDroppedSomethingBefore() throws Exception {
        comet.close();
        CometConfig config = CometConfig.builder()
                .segmentBytes((int) SEGMENT)
                .retention(r -> r.maxShardBytes(BOUND)
                        .maxAge(Duration.ofHours(1))
                        .idleGroupAfter(Duration.ofHours(2))
                        .minSegments(0))
                .build();
        comet = new Comet(Logs.open(directory, config, DiskStorage::new, clock));
        append(0, 1);
        CometShard shard = comet.stream(STREAM).shard(0);
        assertThat(gapsTo(shard.endOffset())).isEmpty();
        write(shard, 2 * BOUND);
        assertThat(gapsTo(shard.endOffset())).extracting(Gap::reason).containsOnly(Gap.Reason.DROP);
        write(shard, 3 * SEGMENT);
        clock.advance(Duration.ofHours(3));
        comet.sync();
        comet.retain();
        write(shard, 1);
        assertThat(gapsTo(shard.endOffset())).extracting(Gap::reason).containsExactly(Gap.Reason.RETENTION);
    }

    private static void write(CometShard shard, long bytes) {
        byte[] large = new byte[(int) SEGMENT / 8];
        for (long written = 0; written < bytes; written += large.length) {
            long _ = shard.append(large);
        }
    }

    /// What a consumer is told that comes, reads all and goes.
    private List<Gap> gapsTo(long end) throws Exception {
        List<Gap> gaps = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        Entry last = null;
                        for (Entry entry : delivery) {
                            last = entry;
                        }
                        if (last != null && last.id().offset() == end - 1) {
                            throw new StopProcessing();
                        }
                    },
                    options().batchSize(1000).onGap(gaps::add).build());
        }
        return gaps;
    }
}
