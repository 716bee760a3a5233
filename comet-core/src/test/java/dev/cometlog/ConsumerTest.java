package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a consumer group promises. Time stands still unless a test moves it.
@Timeout(60)
class ConsumerTest {
    private static final String STREAM = "events:v1";

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private Comet comet;
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() {
        comet = new Comet(Logs.open(directory, CometConfig.builder().build(), DiskStorage::new, clock));
    }

    @AfterEach
    void close() {
        comet.close();
    }

    @Test
    void everyEntryOfAShardIsDeliveredInOrderAndAcknowledged() throws Exception {
        append(0, 250);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(250), options().build());
            assertThat(handled).isEqualTo(texts(0, 250));
            assertThat(consumer.lag(STREAM).entries()).isZero();
            assertThat(consumer.lag(STREAM).bytes()).isZero();
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(250, 0, 0, 0));
        }
        append(250, 1);
        try (CometConsumer next = comet.consumer("g")) {
            next.process(until(251), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 251));
    }

    @Test
    void groupsAreDeliveredEverythingEachForItself() throws Exception {
        append(0, 3);
        for (String group : List.of("a", "b", "Größe ✓/".replace("/", ""))) {
            handled.clear();
            try (CometConsumer consumer = comet.consumer(group)) {
                consumer.process(until(3), options().build());
            }
            assertThat(handled).isEqualTo(texts(0, 3));
        }
        assertThat(groupFiles()).hasSize(3).allMatch(name -> name.matches("[A-Za-z0-9%._-]+"));
    }

    @Test
    void groupNamesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> comet.consumer("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> comet.consumer("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> comet.consumer("g".repeat(201))).hasMessageContaining("200");
        comet.consumer("g".repeat(200)).close();
        // 67 bytes in 3 encoded ones each.
        assertThatThrownBy(() -> comet.consumer("é".repeat(34))).hasMessageContaining("200");
    }

    @Test
    void lookingAGroupUpMakesNothing() {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(0, 0, 0, 0));
        }
        assertThat(directory.resolve("streams/events%3Av1/groups")).doesNotExist();
    }

    @Test
    void whatAHandlerFailedToHandleComesAgain() throws Exception {
        append(0, 5);
        List<Integer> attempts = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            Handler good = until(5);
            consumer.process(
                    delivery -> {
                        if (attempts.size() < 3) {
                            throw new IllegalStateException("not yet");
                        }
                        good.handle(delivery);
                    },
                    options()
                            .onError((error, attempt) -> {
                                attempts.add(attempt);
                                clock.advance(Duration.ofSeconds(30));
                            })
                            .build());
        }
        assertThat(attempts).containsExactly(1, 2, 3);
        assertThat(handled).isEqualTo(texts(0, 5));
    }

    @Test
    void anErrorIsAFailureLikeAnException() throws Exception {
        append(0, 1);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThatThrownBy(() -> consumer.process(
                            delivery -> {
                                throw new StackOverflowError("deep");
                            },
                            options().maxRetries(0).build()))
                    .isInstanceOf(CometException.HandlerFailed.class)
                    .hasMessageContaining("events:v1:shard:0000@0")
                    .hasCauseInstanceOf(StackOverflowError.class);
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(1);
        }
    }

    @Test
    void aPoisonEntryIsFoundByBisectionAndItsNeighboursAreDelivered() throws Exception {
        append(0, 100);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    poisoned(37, 99), options().onExhausted(Exhausted.skip()).build());
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(99, 1, 0, 0));
            assertThat(consumer.lag(STREAM).entries()).isZero();
        }
        List<String> expected = new ArrayList<>(texts(0, 100));
        assertThat(expected.remove("37")).isTrue();
        assertThat(handled).isEqualTo(expected);
    }

    @Test
    void stoppingOnAPoisonEntryAcknowledgesWhatIsBeforeIt() {
        append(0, 100);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThatThrownBy(
                            () -> consumer.process(poisoned(37, 99), options().build()))
                    .isInstanceOf(CometException.HandlerFailed.class)
                    .hasMessageContaining("@37");
            assertThat(consumer.lag(STREAM).shards().getFirst().ackedOffset()).isEqualTo(37);
        }
        assertThat(handled).isEqualTo(texts(0, 37));
    }

    @Test
    void aDeadLetterKeepsPayloadOriginErrorAndAttempts() throws Exception {
        append(0, 10);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    poisoned(4, 9),
                    options().onExhausted(Exhausted.deadLetter("events-dlq:v1")).build());
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(9, 0, 1, 0));
        }
        Entry entry = comet.stream("events-dlq:v1").shard(0).recent(10).getFirst();
        DeadLetter letter = DeadLetter.decode(entry);
        assertThat(letter.origin()).isEqualTo(new EntryId(STREAM, 0, 4));
        assertThat(letter.errorClass()).isEqualTo("java.lang.IllegalStateException");
        assertThat(letter.errorMessage()).isEqualTo("poison 4");
        assertThat(letter.attempts()).isGreaterThan(3);
        assertThat(letter.timestamp())
                .isEqualTo(entry.timestamp().minus(Duration.between(letter.timestamp(), entry.timestamp())));
        assertThat(DeadLetter.payload(entry)).asString(StandardCharsets.UTF_8).isEqualTo("4");
    }

    @Test
    void deadLettersAreNoPartOfEveryStreamUnlessNamed() throws Exception {
        append(0, 2);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    poisoned(0, 1),
                    options().onExhausted(Exhausted.deadLetter("dlq")).build());
        }
        handled.clear();
        append(2, 1);
        try (CometConsumer other = comet.consumer("other")) {
            other.process(until(3), options().build());
            assertThat(handled).isEqualTo(texts(0, 3));
            List<DeadLetter> letters = new ArrayList<>();
            other.process(
                    delivery -> {
                        delivery.forEach(entry -> letters.add(DeadLetter.decode(entry)));
                        throw new StopProcessing();
                    },
                    options().stream("dlq").build());
            assertThat(letters).hasSize(1);
        }
    }

    @Test
    void stopProcessingEndsAfterAcknowledgingWhatSucceeded() throws Exception {
        append(0, 10);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        throw StopProcessing.before(new EntryId(STREAM, 0, 4));
                    },
                    options().build());
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(6);
            consumer.process(
                    delivery -> {
                        throw new StopProcessing();
                    },
                    options().build());
            assertThat(consumer.lag(STREAM).entries()).isZero();
        }
    }

    @Test
    void anInterruptEndsProcessingAndTheDeliveryComesAgain() throws Exception {
        append(0, 1);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThatThrownBy(() -> consumer.process(
                            delivery -> {
                                Thread.currentThread().interrupt();
                                throw new IllegalStateException("whatever the handler made of it");
                            },
                            options().build()))
                    .isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> consumer.process(until(1), options().build()))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            consumer.process(until(1), options().build());
        }
        assertThat(handled).containsExactly("0");
    }

    @Test
    void closingEndsProcessingFromAnyThreadAndFromTheHandler() throws Exception {
        append(0, 1);
        CometConsumer consumer = comet.consumer("g");
        CountDownLatch delivered = new CountDownLatch(1);
        ConsumerTask task =
                consumer.start(delivery -> delivered.countDown(), options().build());
        delivered.await();
        consumer.close();
        assertThat(task.join(Duration.ofSeconds(30))).isTrue();
        assertThat(task.failure()).isEmpty();

        append(1, 1);
        CometConsumer self = comet.consumer("g");
        self.process(
                delivery -> {
                    handled.addAll(texts(delivery));
                    self.close();
                    assertThat(delivery.cancelled()).isTrue();
                },
                options().build());
        assertThat(handled).containsExactly("1");
        try (CometConsumer next = comet.consumer("g")) {
            assertThat(next.lag(STREAM).entries()).isZero();
            assertThatThrownBy(() -> self.poll(STREAM, 1, Duration.ZERO)).isInstanceOf(CometException.Closed.class);
        }
    }

    @Test
    void entriesLendTheirBytesOnlyUntilTheHandlerReturns() throws Exception {
        append(0, 2);
        List<Entry> kept = new ArrayList<>();
        List<Entry> copies = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        for (Entry entry : delivery) {
                            assertThat(entry.data().byteSize()).isEqualTo(1);
                            kept.add(entry);
                            copies.add(entry.copy());
                        }
                        throw new StopProcessing();
                    },
                    options().build());
        }
        assertThat(kept.get(1)).isNotSameAs(kept.get(0));
        assertThat(kept.get(1).id()).isEqualTo(new EntryId(STREAM, 0, 1));
        assertThatThrownBy(() -> kept.get(1).bytes()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.get(1).data()).isInstanceOf(IllegalStateException.class);
        assertThat(copies.get(1).bytes()).asString(StandardCharsets.UTF_8).isEqualTo("1");
    }

    @Test
    void streamsAndShardsMadeLaterAreFound() throws Exception {
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task = consumer.start(until(3), options().build());
            comet.stream("first", 2).shard(1).append(bytes("0"));
            clock.advance(Duration.ofSeconds(10));
            awaitHandled(1);
            comet.stream("first").shard(0).append(bytes("1"));
            clock.advance(Duration.ofSeconds(10));
            awaitHandled(2);
            comet.stream("second", 1).shard(0).append(bytes("2"));
            clock.advance(Duration.ofSeconds(10));
            task.join();
            assertThat(task.failure()).isEmpty();
        }
        assertThat(handled).isEqualTo(texts(0, 3));
    }

    @Test
    void aNewGroupStartsWhereItIsToldAndAnOldOneWhereItIs() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task =
                    consumer.start(until(1), options().startAt(Seek.latest()).build());
            awaitLeased(consumer);
            append(5, 1);
            task.join();
            assertThat(handled).containsExactly("5");
            append(6, 1);
            consumer.process(until(2), options().startAt(Seek.earliest()).build());
        }
        assertThat(handled).containsExactly("5", "6");
    }

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
    void acksAndSeeksOfAShardThatAnotherConsumerReadsAreRefused() throws Exception {
        append(0, 2);
        try (CometConsumer reader = comet.consumer("g");
                CometConsumer other = comet.consumer("g")) {
            assertThat(reader.poll(STREAM, 1, Duration.ZERO).size()).isEqualTo(1);
            assertThatThrownBy(() -> other.ack(new EntryId(STREAM, 0, 0)))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining("another consumer of this process");
            assertThatThrownBy(() -> other.seek(STREAM, 0, Seek.earliest()))
                    .isInstanceOf(CometException.LeaseHeld.class);
            assertThatThrownBy(() -> other.poll(STREAM, 1, Duration.ZERO)).isInstanceOf(CometException.LeaseHeld.class);
        }
    }

    @Test
    void twoMembersShareTheShardsAndNoneIsReadByBoth() throws Exception {
        CometStream stream = comet.stream(STREAM, 8);
        Set<Integer> inUse = ConcurrentHashMap.newKeySet();
        Set<Integer> first = ConcurrentHashMap.newKeySet();
        Set<Integer> second = ConcurrentHashMap.newKeySet();
        CometConsumer a = comet.consumer("g");
        try (CometConsumer b = comet.consumer("g")) {
            IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
            ConsumerTask taskA = a.start(exclusive(inUse, first), options().build());
            awaitTrue(() -> first.size() == 8);
            ConsumerTask taskB = b.start(exclusive(inUse, second), options().build());
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return second.size() >= 4;
            });
            first.clear();
            second.clear();
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return first.size() + second.size() >= 8;
            });
            assertThat(first).hasSize(4);
            assertThat(second).hasSize(4).doesNotContainAnyElementsOf(first);
            a.close();
            second.clear();
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return second.size() == 8;
            });
            taskA.join();
            taskB.stop(Duration.ofSeconds(30));
            assertThat(taskA.failure()).isEmpty();
            assertThat(taskB.failure()).isEmpty();
        }
    }

    @Test
    void theShardsOfADeadProcessMoveOnWithWhatItDidNotAcknowledge() throws Exception {
        append(0, 3);
        try (CometConsumer survivor = comet.consumer("g");
                ConsumerProcess other = ConsumerProcess.start(directory, "g", STREAM)) {
            assertThat(other.delivered()).isEqualTo(3);
            assertThatThrownBy(() -> survivor.ack(new EntryId(STREAM, 0, 0)))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining(Long.toString(other.pid()));
            other.kill();
            survivor.process(until(3), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 3));
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
    void aFixedAssignmentIsHonouredAgainstAMemberThatShares() throws Exception {
        CometStream stream = comet.stream(STREAM, 4);
        IntStream.range(0, 4).forEach(i -> stream.shard(i).append(bytes("x")));
        Set<Integer> sharing = ConcurrentHashMap.newKeySet();
        Set<Integer> fixed = ConcurrentHashMap.newKeySet();
        Set<Integer> inUse = ConcurrentHashMap.newKeySet();
        try (CometConsumer a = comet.consumer("g");
                CometConsumer b = comet.consumer("g")) {
            ConsumerTask _ = a.start(exclusive(inUse, sharing), options().build());
            awaitTrue(() -> sharing.size() == 4);
            ConsumerTask _ =
                    b.start(exclusive(inUse, fixed), options().assignment(1, 2).build());
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 4).forEach(i -> stream.shard(i).append(bytes("x")));
                return fixed.size() == 2;
            });
        }
        assertThat(fixed).containsExactlyInAnyOrder(1, 3);
    }

    @Test
    void aSlowShardHoldsUpNoOther() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        stream.shard(0).append(bytes("slow"));
        stream.shard(1).append(bytes("fast"));
        CountDownLatch fast = new CountDownLatch(1);
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task = consumer.start(
                    delivery -> {
                        if (delivery.shard() == 1) {
                            fast.countDown();
                        } else if (!fast.await(30, TimeUnit.SECONDS)) {
                            throw new IllegalStateException("held up");
                        }
                        handled.addAll(texts(delivery));
                        if (handled.size() == 2) {
                            throw new StopProcessing();
                        }
                    },
                    options().parallelism(2).build());
            task.join();
            assertThat(task.failure()).isEmpty();
            assertThat(handled).containsExactlyInAnyOrder("fast", "slow");
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

    private ProcessOptions.Builder options() {
        return ProcessOptions.builder()
                .pollInterval(Duration.ofMillis(1))
                .discoveryInterval(Duration.ofSeconds(5))
                .onError((error, attempt) -> clock.advance(Duration.ofSeconds(30)));
    }

    private void append(int from, int count) {
        CometShard shard = comet.stream(STREAM, 1).shard(0);
        IntStream.range(from, from + count).forEach(i -> shard.append(bytes(Integer.toString(i))));
    }

    /// Keeps what it is delivered, and stops when it has so many.
    private Handler until(int count) {
        return delivery -> {
            handled.addAll(texts(delivery));
            if (handled.size() >= count) {
                throw new StopProcessing();
            }
        };
    }

    /// Fails on every delivery with that entry, and stops when so many others were handled.
    private Handler poisoned(int poison, int count) {
        return delivery -> {
            for (Entry entry : delivery) {
                if (entry.id().offset() == poison) {
                    throw new IllegalStateException("poison " + poison);
                }
            }
            until(count).handle(delivery);
        };
    }

    private static Handler exclusive(Set<Integer> inUse, Set<Integer> served) {
        return delivery -> {
            assertThat(inUse.add(delivery.shard())).isTrue();
            served.add(delivery.shard());
            assertThat(inUse.remove(delivery.shard())).isTrue();
        };
    }

    private void damage(int entry) throws Exception {
        Path segment = directory.resolve("streams/events%3Av1/0000/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        // A header of 64 bytes, then frames of 12 and a digit each.
        bytes[64 + 13 * entry + 12] ^= 1;
        Files.write(segment, bytes, StandardOpenOption.WRITE);
    }

    private void awaitHandled(int count) {
        awaitTrue(() -> handled.size() >= count);
    }

    private void awaitLeased(CometConsumer consumer) {
        awaitTrue(() -> consumer.lag(STREAM).entries() == 0);
    }

    private static void awaitTrue(BooleanSupplier condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(condition::getAsBoolean);
    }

    private List<String> groupFiles() throws Exception {
        try (var files = Files.list(directory.resolve("streams/events%3Av1/groups"))) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static List<String> texts(int from, int end) {
        return IntStream.range(from, end).mapToObj(Integer::toString).toList();
    }

    private static List<String> texts(Delivery delivery) {
        List<String> texts = new ArrayList<>();
        delivery.forEach(entry -> texts.add(text(entry)));
        return texts;
    }

    private static String text(Entry entry) {
        return new String(entry.bytes(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
