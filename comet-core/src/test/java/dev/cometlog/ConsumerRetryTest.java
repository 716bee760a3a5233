package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What happens when a handler fails, is interrupted or wants to stop.
class ConsumerRetryTest extends ConsumerFixture {

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
    void theDeadLetterIsTheEntryThatFailedThoughTheHandlerAcknowledgedThoseBeforeIt() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        long first = delivery.iterator().next().id().offset();
                        if (first == 5) {
                            throw new StopProcessing();
                        }
                        if (first < 4) {
                            delivery.ack(first, 3);
                            append(5, 1);
                        }
                        throw new IllegalStateException("poison");
                    },
                    options()
                            .maxRetries(0)
                            .onExhausted(Exhausted.deadLetter("events-dlq:v1"))
                            .build());
            assertThat(consumer.counts(STREAM).deadLettered()).isEqualTo(1);
        }
        Entry entry = comet.stream("events-dlq:v1").shard(0).recent(10).getFirst();
        assertThat(DeadLetter.decode(entry).origin()).isEqualTo(new EntryId(STREAM, 0, 4));
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
    void whateverAHandlerThrowsIsAFailureThatIsTriedAgain() throws Exception {
        append(0, 1);
        List<Throwable> thrown = List.of(
                new Exception("checked"),
                new IllegalStateException("unchecked"),
                new AssertionError("assertion"),
                new OutOfMemoryError("memory"),
                new Throwable("neither"));
        List<Throwable> told = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        if (told.size() < thrown.size()) {
                            throwAnyway(thrown.get(told.size()));
                        }
                        until(1).handle(delivery);
                    },
                    options()
                            .maxRetries(thrown.size())
                            .onError((error, attempt) -> {
                                told.add(error);
                                clock.advance(Duration.ofSeconds(30));
                            })
                            .build());
        }
        assertThat(told).isEqualTo(thrown);
        assertThat(handled).containsExactly("0");
    }

    @Test
    void aListenerThatThrowsDoesNoHarm() throws Exception {
        append(0, 10);
        damage(9);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    poisoned(4, 8),
                    options()
                            .maxRetries(0)
                            .onExhausted(Exhausted.skip())
                            .onError((error, attempt) -> throwAnyway(new AssertionError("from onError")))
                            .onBatch((size, took) -> throwAnyway(new Exception("from onBatch")))
                            .onGap(gap -> throwAnyway(new StackOverflowError("from onGap")))
                            .build());
            assertThat(consumer.counts(STREAM).acked()).isEqualTo(8);
        }
    }

    @Test
    void aFailingShardHoldsUpNoOther() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        stream.shard(0).append(bytes("poison"));
        IntStream.range(0, 50).forEach(i -> stream.shard(1).append(bytes(Integer.toString(i))));
        AtomicInteger failures = new AtomicInteger();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        if (delivery.shard() == 0) {
                            throw new IllegalStateException("poison");
                        }
                        until(50).handle(delivery);
                    },
                    // Time stands still: the shard that failed would be waited for for ever.
                    options()
                            .batchSize(1)
                            .onError((error, attempt) -> failures.incrementAndGet())
                            .build());
        }
        assertThat(handled).isEqualTo(texts(0, 50));
        assertThat(failures).hasValue(1);
    }

    @Test
    void withoutAutoAckStoppingAcknowledgesNothingByItself() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        consumer.ack(new EntryId(STREAM, 0, 0));
                        throw new StopProcessing();
                    },
                    options().autoAck(false).build());
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
        }
    }

    @Test
    void anInterruptEndsAnIdleConsumerAndOneWithManyWorkersAtWork() throws Exception {
        for (int parallelism : new int[] {1, 4}) {
            if (parallelism > 1) {
                append(0, 1);
            }
            CountDownLatch atWork = new CountDownLatch(1);
            AtomicReference<Throwable> end = new AtomicReference<>();
            try (CometConsumer consumer = comet.consumer("g" + parallelism)) {
                Thread thread = Thread.ofPlatform().start(() -> {
                    try {
                        consumer.process(
                                delivery -> {
                                    atWork.countDown();
                                    // Never counted down: an interrupt alone ends it.
                                    new CountDownLatch(1).await();
                                },
                                options().parallelism(parallelism).build());
                    } catch (InterruptedException | RuntimeException e) {
                        end.set(e);
                    }
                });
                if (parallelism > 1) {
                    atWork.await();
                }
                thread.interrupt();
                assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
                assertThat(end.get()).isInstanceOf(InterruptedException.class);
            }
        }
    }

    /// Throws what the caller has not declared, as code that is not written in Java may.
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnyway(Throwable error) throws T {
        throw (T) error;
    }
}
