package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
}
