package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.DeadLetter;
import dev.cometlog.Entry;
import dev.cometlog.Exhausted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What a forwarder promises, whatever the destination.
class ForwarderTest extends ForwarderFixture {
    private static final String DEAD = "dead:v1";

    private static List<Outcome> all(List<String> texts, Outcome outcome) {
        return Collections.nCopies(texts.size(), outcome);
    }

    private List<String> deadLetters() {
        List<String> texts = new ArrayList<>();
        for (Entry entry : comet.stream(DEAD).shard(0).recent(1_000)) {
            texts.add(new String(DeadLetter.payload(entry), StandardCharsets.UTF_8));
        }
        return texts;
    }

    private Duration paused() {
        return pace.pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void everythingArrivesInOrderAndIsAcknowledged() throws Exception {
        append(0, 20);
        TestSink sink = TestSink.taking();
        try (Forwarder forwarder = start(sink, options())) {
            awaitAllAcknowledged();
            append(20, 1);
            awaitTrue(() -> sink.taken.size() == 21);
            awaitAllAcknowledged();
            assertThat(forwarder.stats().sent()).isEqualTo(21);
            assertThat(forwarder.stats().sentBytes()).isEqualTo(10 + 11 * 2);
        }
        assertThat(sink.taken).isEqualTo(texts(0, 21));
        assertThat(sink.calls.getFirst()).isEqualTo(texts(0, 8));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void whatIsToBeTriedAgainComesAgainInItsOrderWithoutWhatIsDone() throws Exception {
        append(0, 4);
        AtomicInteger calls = new AtomicInteger();
        TestSink sink = new TestSink(texts -> calls.getAndIncrement() == 0
                ? List.of(Outcome.done(), Outcome.retry("busy"), Outcome.done(), Outcome.retry("busy"))
                : all(texts, Outcome.done()));
        try (Forwarder forwarder = start(sink, options())) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().retries()).isEqualTo(1);
            assertThat(forwarder.stats().lastProblem()).isEqualTo("events:v1:shard:0000@1: busy");
        }
        assertThat(sink.calls).containsExactly(texts(0, 4), List.of("1", "3"));
        assertThat(paused()).hasSeconds(5);
    }

    @Test
    void itWaitsLongerEachTimeAndAsLongAsTheDestinationAsks() throws Exception {
        append(0, 1);
        AtomicInteger calls = new AtomicInteger();
        TestSink sink = new TestSink(texts -> switch (calls.getAndIncrement()) {
            case 0 -> throw new IllegalStateException("connection refused");
            case 1 -> all(texts, Outcome.retry("429", Duration.ofSeconds(100)));
            case 2 -> List.of();
            default -> all(texts, Outcome.done());
        });
        try (Forwarder forwarder = start(sink, options())) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().retries()).isEqualTo(3);
            assertThat(forwarder.stats().lastProblem()).contains("0 outcomes for 1 entries");
        }
        assertThat(paused()).hasMillis(5_000 + 100_000 + 11_250);
    }

    @Test
    void aRejectedBatchIsHalvedUntilThePoisonEntryIsAloneAndGoesToTheDeadLetters() throws Exception {
        append(0, 8);
        TestSink sink = new TestSink(texts -> all(texts, texts.contains("5") ? Outcome.reject("bad") : Outcome.done()));
        try (Forwarder forwarder = start(sink, options().onReject(Exhausted.deadLetter(DEAD)))) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().rejected()).isEqualTo(1);
        }
        assertThat(sink.taken).containsExactly("0", "1", "2", "3", "4", "6", "7");
        assertThat(sink.calls).hasSizeLessThanOrEqualTo(8);
        assertThat(deadLetters()).containsExactly("5");
        assertThat(counts().deadLettered()).isEqualTo(1);
        assertThat(paused()).isZero();
    }

    @Test
    void anEntryThatIsKnownToBeRejectedHoldsUpNoOther() throws Exception {
        append(0, 8);
        TestSink sink = new TestSink(texts -> texts.stream()
                .map(text -> text.equals("3") || text.equals("6") ? Outcome.reject("too large") : Outcome.done())
                .toList());
        try (Forwarder forwarder = start(sink, options().onReject(Exhausted.deadLetter(DEAD)))) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().rejected()).isEqualTo(2);
        }
        assertThat(sink.calls.getFirst()).isEqualTo(texts(0, 8));
        assertThat(sink.taken).containsExactly("0", "1", "2", "4", "5", "7");
        assertThat(deadLetters()).containsExactly("3", "6");
    }

    @Test
    void whatIsBehindARejectedEntryIsNotLostIfItWasNotSent() throws Exception {
        append(0, 8);
        TestSink sink = new TestSink(texts -> {
            int poison = texts.indexOf("2");
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                outcomes.add(
                        poison < 0 || i < poison
                                ? Outcome.done()
                                : i == poison ? Outcome.reject("bad") : Outcome.retry("not sent"));
            }
            return outcomes;
        });
        try (Forwarder _ = start(sink, options().onReject(Exhausted.skip()))) {
            awaitAllAcknowledged();
        }
        assertThat(sink.taken).containsExactly("0", "1", "3", "4", "5", "6", "7");
        assertThat(counts().skipped()).isEqualTo(1);
        assertThat(paused()).as("a rejection needs no wait").isZero();
    }

    @Test
    void byDefaultARejectedEntryEndsItAndStaysUnacknowledged() throws Exception {
        append(0, 4);
        TestSink sink =
                new TestSink(texts -> all(texts, texts.contains("2") ? Outcome.reject("bad line") : Outcome.done()));
        try (Forwarder forwarder = start(sink, options())) {
            assertThat(forwarder.join(Duration.ofSeconds(30))).isTrue();
            assertThat(forwarder.failure()).get().isInstanceOf(CometException.HandlerFailed.class);
            assertThat(forwarder.failure().get()).hasMessageContaining("@2").hasMessageContaining("bad line");
        }
        assertThat(behind()).isEqualTo(2);
    }

    @Test
    void whatWasTriedForTooLongIsGivenUpAndNotTriedAgainInHalves() throws Exception {
        append(0, 8);
        TestSink sink = new TestSink(texts -> all(texts, texts.contains("8") ? Outcome.done() : Outcome.retry("busy")));
        try (Forwarder forwarder = start(sink, options().onReject(Exhausted.deadLetter(DEAD)))) {
            awaitTrue(() -> counts().deadLettered() == 8);
            append(8, 1);
            awaitAllAcknowledged();
            assertThat(forwarder.stats().givenUp()).isEqualTo(8);
        }
        assertThat(deadLetters()).isEqualTo(texts(0, 8));
        // Waits of 5, 7.5, 11.25, 16.875, 25.3 and then 30 s; one more would end after 300 s.
        assertThat(sink.calls).hasSize(13 + 1).filteredOn(texts(0, 8)::equals).hasSize(13);
        assertThat(paused()).isBetween(Duration.ofSeconds(270), Duration.ofSeconds(300));
        Entry letter = comet.stream(DEAD).shard(0).recent(1).getFirst();
        assertThat(DeadLetter.decode(letter).errorMessage())
                .contains("given up after")
                .contains("busy");
    }

    @Test
    void nothingIsGivenUpUnlessThatIsAskedFor() throws Exception {
        append(0, 3);
        AtomicInteger calls = new AtomicInteger();
        TestSink sink = new TestSink(
                texts -> all(texts, calls.incrementAndGet() < 100 ? Outcome.retry("away") : Outcome.done()));
        try (Forwarder _ = start(sink, options())) {
            awaitAllAcknowledged();
        }
        assertThat(paused()).isGreaterThan(Duration.ofMinutes(45));
        assertThat(sink.taken).isEqualTo(texts(0, 3));
    }

    @Test
    void bytesGoOutNoFasterThanAllowed() throws Exception {
        append(100, 100);
        TestSink sink = TestSink.taking();
        try (Forwarder _ = start(sink, options().batchSize(10).bytesPerSecond(30))) {
            awaitAllAcknowledged();
        }
        // Ten batches of 30 bytes, the first of them at once.
        assertThat(paused()).isBetween(Duration.ofMillis(8_900), Duration.ofMillis(9_100));
    }

    @Test
    void entriesThatAreTooOldAreSkippedAndCounted() throws Exception {
        append(0, 8);
        AtomicInteger calls = new AtomicInteger();
        TestSink sink = new TestSink(texts -> {
            if (calls.getAndIncrement() == 0) {
                return all(texts, Outcome.retry("later", Duration.ofHours(1)));
            }
            return all(texts, Outcome.done());
        });
        try (Forwarder forwarder = start(sink, options().maxAge(Duration.ofMinutes(30)))) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().skippedByAge()).isEqualTo(8);
            assertThat(forwarder.stats().sent()).isZero();
        }
        assertThat(sink.taken).isEmpty();
    }

    @Test
    void aMistakeOfOursRejectsNothing() throws Exception {
        append(0, 1);
        AtomicInteger calls = new AtomicInteger();
        TestSink sink = new TestSink(texts -> {
            if (calls.getAndIncrement() < 2) {
                throw new StackOverflowError("in the sink, and the entry is not to blame");
            }
            return all(texts, Outcome.done());
        });
        try (Forwarder forwarder = start(sink, options().onReject(Exhausted.skip()))) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().lastProblem()).contains("StackOverflowError");
        }
        assertThat(sink.taken).containsExactly("0");
        assertThat(counts().skipped()).isZero();
    }

    @Test
    void closingTheLogAcknowledgesWhatIsConfirmedMeanwhile() throws Exception {
        append(0, 1);
        CountDownLatch onItsWay = new CountDownLatch(1);
        CountDownLatch arrives = new CountDownLatch(1);
        TestSink sink = new TestSink(texts -> {
            onItsWay.countDown();
            awaitUninterruptibly(arrives);
            return all(texts, Outcome.done());
        });
        try (Forwarder _ = start(sink, options().onReject(Exhausted.skip()))) {
            onItsWay.await();
            Thread closer = Thread.ofPlatform().start(comet::close);
            awaitTrue(
                    () -> closer.getState() == Thread.State.WAITING || closer.getState() == Thread.State.TIMED_WAITING);
            arrives.countDown();
            closer.join();
        }
        open();
        assertThat(behind()).isZero();
        assertThat(counts().skipped()).isZero();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDestinationThatHangsHoldsUpNoOther() throws Exception {
        append(0, 100);
        CountDownLatch hanging = new CountDownLatch(1);
        Sink hangs = batch -> {
            hanging.countDown();
            new CountDownLatch(1).await();
            return batch.all(Outcome.done());
        };
        TestSink works = TestSink.taking();
        try (Forwarder stuck = Forwarder.start(comet, "other", hangs, options().build(), pace)) {
            hanging.await();
            try (Forwarder _ = start(works, options())) {
                awaitAllAcknowledged();
            }
            assertThat(works.taken).isEqualTo(texts(0, 100));
            assertThat(stuck.stop(Duration.ofMillis(1)))
                    .as("it has to be interrupted")
                    .isFalse();
            assertThat(stuck.join(Duration.ofSeconds(30))).isTrue();
            assertThat(stuck.failure()).isEmpty();
        }
    }

    @Test
    void stoppingWaitsForWhatIsOnItsWayAndAcknowledgesExactlyThat() throws Exception {
        append(0, 24);
        CountDownLatch onItsWay = new CountDownLatch(1);
        CountDownLatch arrives = new CountDownLatch(1);
        Sink sink = batch -> {
            onItsWay.countDown();
            arrives.await();
            List<Outcome> outcomes = new ArrayList<>(batch.all(Outcome.done()));
            outcomes.set(5, Outcome.retry("lost"));
            outcomes.set(7, Outcome.retry("lost"));
            return outcomes;
        };
        try (Forwarder forwarder = start(sink, options())) {
            onItsWay.await();
            Thread stopper = Thread.ofVirtual().start(() -> {
                try {
                    assertThat(forwarder.stop(Duration.ofSeconds(30))).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            awaitTrue(() ->
                    stopper.getState() == Thread.State.WAITING || stopper.getState() == Thread.State.TIMED_WAITING);
            arrives.countDown();
            stopper.join();
        }
        assertThat(behind()).as("0 to 4 are acknowledged without a hole").isEqualTo(24 - 5);
        assertThat(counts().acked()).as("and 6").isEqualTo(6);
    }

    @Test
    void whatAnInterruptLeavesOpenComesAgain() throws Exception {
        append(0, 4);
        CountDownLatch onItsWay = new CountDownLatch(1);
        Sink sink = batch -> {
            onItsWay.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            List<Outcome> outcomes = new ArrayList<>(batch.all(Outcome.retry("unknown")));
            outcomes.set(0, Outcome.done());
            return outcomes;
        };
        try (Forwarder forwarder = start(sink, options())) {
            onItsWay.await();
            assertThat(forwarder.stop(Duration.ofMillis(1))).isFalse();
            assertThat(forwarder.join(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(behind()).isEqualTo(3);

        TestSink again = TestSink.taking();
        try (Forwarder _ = start(again, options())) {
            awaitAllAcknowledged();
        }
        assertThat(again.taken).containsExactly("1", "2", "3");
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedByName() {
        ForwarderOptions.Builder options = ForwarderOptions.builder();
        assertThatThrownBy(() -> options.bytesPerSecond(-1)).hasMessageContaining("bytesPerSecond=-1");
        assertThatThrownBy(() -> options.maxAge(Duration.ofSeconds(-1))).hasMessageContaining("maxAge=PT-1S");
        assertThatThrownBy(() -> options.batchSize(0).build()).hasMessageContaining("batchSize=0");
        assertThatThrownBy(() ->
                        options().stream("a*").liveFirst(Duration.ofSeconds(1)).build())
                .hasMessageContaining("a*");
    }
}
