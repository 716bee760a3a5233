package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Acks in any order, seeks, and how far a group is behind.
class ConsumerAckTest extends ConsumerFixture {

    @Test
    void seekIsClampedSoThatLagIsNeverNegative() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.seek(STREAM, 0, Seek.offset(1000));
            assertThat(consumer.lag(STREAM).entries()).isZero();
            consumer.seek(STREAM, 0, Seek.offset(3));
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
            consumer.seek(STREAM, 0, Seek.timestamp(Instant.EPOCH));
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(5);
            consumer.seek(STREAM, 0, Seek.latest());
            assertThat(consumer.lag(STREAM).entries()).isZero();
            consumer.seek(STREAM, 0, Seek.earliest());
            Delivery delivery = consumer.poll(STREAM, 10, Duration.ZERO);
            assertThat(texts(delivery)).isEqualTo(texts(0, 5));
            consumer.seek(STREAM, 0, Seek.offset(4));
            // What was delivered before the seek says nothing about what comes after it.
            delivery.ack();
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).containsExactly("4");
        }
    }

    @Test
    void anAckOrASeekAloneKeepsTheShardFromNobody() throws Exception {
        append(0, 3);
        try (CometConsumer one = comet.consumer("g");
                CometConsumer other = comet.consumer("g")) {
            one.seek(STREAM, 0, Seek.offset(1));
            other.ack(new EntryId(STREAM, 0, 1));
            one.process(until(1), options().build());
        }
        assertThat(handled).containsExactly("2");
    }

    @Test
    void lagTellsEntriesBytesAndAge() {
        append(0, 10);
        clock.advance(Duration.ofMinutes(3));
        try (CometConsumer consumer = comet.consumer("g")) {
            Lag lag = consumer.lag(STREAM);
            assertThat(lag.entries()).isEqualTo(10);
            assertThat(lag.bytes()).isBetween(130L, 10_000L);
            assertThat(lag.age()).isEqualTo(Duration.ofMinutes(3));
            consumer.ackRange(STREAM, 0, 0, 9);
            assertThat(consumer.lag(STREAM).age()).isZero();
        }
    }

    @Test
    void whatWasPolledAndNotAcknowledgedComesAgainAfterRewindAndClose() throws Exception {
        append(0, 6);
        try (CometConsumer consumer = comet.consumer("g")) {
            Delivery first = consumer.poll(STREAM, 2, Duration.ZERO);
            assertThat(texts(first)).containsExactly("0", "1");
            Delivery second = consumer.poll(STREAM, 2, Duration.ZERO);
            assertThat(texts(second)).containsExactly("2", "3");
            assertThatThrownBy(() -> texts(first)).isInstanceOf(IllegalStateException.class);
            second.ack();
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(6);
            consumer.rewind();
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).containsExactly("0", "1");
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).containsExactly("4", "5");
            consumer.ack(new EntryId(STREAM, 0, 0));
            consumer.ackRange(STREAM, 0, 1, 1);
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
        }
        try (CometConsumer next = comet.consumer("g")) {
            Delivery rest = next.poll(STREAM, 10, Duration.ZERO);
            assertThat(texts(rest)).containsExactly("4", "5");
            rest.ack();
            Delivery none = next.poll(STREAM, 10, Duration.ZERO);
            assertThat(none.size()).isZero();
            none.ack();
        }
    }

    @Test
    void onlyEntriesThatExistCanBeAcknowledged() {
        append(0, 2);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThatThrownBy(() -> consumer.ack(new EntryId(STREAM, 0, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ends at 2");
            assertThatThrownBy(() -> consumer.ack(new EntryId(STREAM, 7, 0))).hasMessageContaining("shard=7");
            assertThatThrownBy(() -> consumer.ack(new EntryId("unknown", 0, 0)))
                    .isInstanceOf(CometException.UnknownStream.class);
        }
    }

    @Test
    void underConcurrentAcksTheWatermarkNeverPassesAnEntryThatIsNotAcknowledged() throws Exception {
        int count = 20_000;
        append(0, count);
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        AtomicIntegerArray begun = new AtomicIntegerArray(count);
        AtomicInteger next = new AtomicInteger();
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.poll(STREAM, 1, Duration.ZERO).size()).isEqualTo(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                        // Mostly ascending, so that the watermark moves all along.
                        int offset = order.get(at) % 100 == 0 ? order.get(at) : at;
                        begun.set(offset, 1);
                        consumer.ack(new EntryId(STREAM, 0, offset));
                    }
                }));
            }
            long watermark = 0;
            while (threads.stream().anyMatch(Thread::isAlive)) {
                long now = consumer.lag(STREAM).shards().getFirst().ackedOffset();
                assertThat(now).isGreaterThanOrEqualTo(watermark);
                for (; watermark < now; watermark++) {
                    assertThat(begun.get((int) watermark)).isEqualTo(1);
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            long expected = IntStream.range(0, count)
                    .filter(i -> begun.get(i) == 0)
                    .findFirst()
                    .orElse(count);
            assertThat(consumer.lag(STREAM).shards().getFirst().ackedOffset()).isEqualTo(expected);
            assertThat(consumer.counts(STREAM).acked())
                    .isEqualTo(IntStream.range(0, count)
                            .filter(i -> begun.get(i) == 1)
                            .count());
        }
    }

    @Test
    void withoutAutoAckNothingIsAcknowledgedByItself() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        for (Entry entry : delivery) {
                            handled.add(text(entry));
                            if (entry.id().offset() == 1) {
                                consumer.ack(entry.id());
                            }
                        }
                        if (handled.size() == 3) {
                            throw StopProcessing.before(new EntryId(STREAM, 0, 0));
                        }
                    },
                    options().batchSize(1).autoAck(false).build());
            assertThat(handled).isEqualTo(texts(0, 3));
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
        }
    }

    @Test
    void aDamagedAckWordMeansEarliest() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(5), options().build());
        }
        comet.close();
        Path file = directory.resolve("streams/events%3Av1/groups/g");
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 4096, 4104, (byte) 0);
        bytes[0] = 0;
        Files.write(file, bytes);
        open();
        handled.clear();
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(5);
            consumer.process(until(5), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 5));
    }

    @Test
    void rangesThatReachBeyondTheEndAreRefusedHoweverFar() {
        append(0, 2);
        try (CometConsumer consumer = comet.consumer("g")) {
            for (long to : new long[] {2, 1L << 48, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> consumer.ackRange(STREAM, 0, 0, to))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
        }
    }

    @Test
    void seeksToTheEndsOfTimeAreClamped() {
        append(0, 2);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.seek(STREAM, 0, Seek.timestamp(Instant.MAX));
            assertThat(consumer.lag(STREAM).entries()).isZero();
            consumer.seek(STREAM, 0, Seek.timestamp(Instant.MIN));
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
            consumer.seek(STREAM, 0, Seek.offset(Long.MAX_VALUE));
            assertThat(consumer.lag(STREAM).entries()).isZero();
        }
    }

    @Test
    void whatIsStoredIsTheWatermarkAndWhatWasAcknowledgedAboveItComesAgain() throws Exception {
        append(0, 6);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.ack(new EntryId(STREAM, 0, 0));
            consumer.ackRange(STREAM, 0, 3, 4);
            assertThat(consumer.lag(STREAM).shards().getFirst().ackedOffset()).isEqualTo(1);
        }
        comet.close();
        open();
        try (CometConsumer next = comet.consumer("g")) {
            assertThat(texts(next.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(1, 6));
        }
    }

    @Test
    void aShardPausesWhileTooMuchIsDeliveredAboveTheWatermark() throws Exception {
        int window = 1 << 20;
        CometShard shard = comet.stream(STREAM, 1).shard(0);
        List<byte[]> batch = Collections.nCopies(1024, new byte[1]);
        IntStream.range(0, window / 1024 + 1).forEach(i -> shard.append(batch));
        AtomicLong delivered = new AtomicLong();
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task = consumer.start(
                    delivery -> {
                        if (delivered.addAndGet(delivery.size()) > window) {
                            throw new StopProcessing();
                        }
                    },
                    options().batchSize(1000).autoAck(false).build());
            awaitTrue(() -> delivered.get() == window);
            consumer.ack(new EntryId(STREAM, 0, 0));
            task.join();
            assertThat(delivered).hasValue(window + 1);
        }
    }
}
