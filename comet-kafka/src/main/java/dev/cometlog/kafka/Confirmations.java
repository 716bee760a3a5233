package dev.cometlog.kafka;

import dev.cometlog.forward.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/// Sends records of one partition and waits for what becomes of each. Used by one thread.
///
/// What comes behind a record that has to be sent again is not sent, so that it cannot overtake.
final class Confirmations {
    private static final Outcome BEHIND = Outcome.retry("an entry before it was not confirmed");

    private final Producer<byte[], byte[]> producer;
    private final List<Future<RecordMetadata>> futures;
    private final int expected;

    Confirmations(Producer<byte[], byte[]> producer, int expected) {
        this.producer = producer;
        this.futures = new ArrayList<>(expected);
        this.expected = expected;
    }

    /// Hands over the next record; false if it failed at once in a way that forbids to hand over more.
    boolean send(ProducerRecord<byte[], byte[]> record) {
        Future<RecordMetadata> future = producer.send(record);
        futures.add(future);
        return future.state() != Future.State.FAILED || isRejection(future.exceptionNow());
    }

    /// How many records were handed over.
    int size() {
        return futures.size();
    }

    /// Waits for the first record that was handed over, until a time or an interrupt, which is set again; returns
    /// whether it is confirmed.
    boolean awaitFirst(long untilNanos) {
        Future<RecordMetadata> first = futures.getFirst();
        boolean _ = first.isDone() || await(first, untilNanos);
        return first.state() == Future.State.SUCCESS;
    }

    /// Waits for what was handed over, until a time or an interrupt, which is set again. What is not known by then
    /// is to be sent again.
    List<Outcome> await(long untilNanos) {
        List<Outcome> outcomes = new ArrayList<>(expected);
        boolean waits = true;
        for (Future<RecordMetadata> future : futures) {
            if (waits && !future.isDone()) {
                waits = await(future, untilNanos);
            }
            outcomes.add(outcome(future));
        }
        outcomes.addAll(Collections.nCopies(expected - outcomes.size(), BEHIND));
        return outcomes;
    }

    /// Whether a record may still come to be: it must not be sent again before the producer is closed.
    boolean anyUnderWay() {
        return futures.stream().anyMatch(future -> !future.isDone());
    }

    /// Returns false if it is no use to wait for others.
    private static boolean await(Future<RecordMetadata> future, long untilNanos) {
        try {
            var _ = future.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            // Told by outcome().
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Outcome outcome(Future<RecordMetadata> future) {
        return switch (future.state()) {
            case SUCCESS -> Outcome.done();
            case RUNNING, CANCELLED -> Outcome.retry("no confirmation from Kafka in time");
            case FAILED -> outcome(future.exceptionNow());
        };
    }

    static Outcome outcome(Throwable error) {
        String reason = error.getClass().getSimpleName() + ": " + error.getMessage();
        return isRejection(error) ? Outcome.reject(reason) : Outcome.retry(reason);
    }

    /// Whether Kafka will never take the record, whatever else happens.
    private static boolean isRejection(Throwable error) {
        return error instanceof RecordTooLargeException
                || error instanceof RecordBatchTooLargeException
                || error instanceof InvalidRecordException
                || error instanceof InvalidTimestampException
                || error instanceof SerializationException;
    }

    /// The first outcome that is not done; null if all are.
    static @Nullable Outcome firstTrouble(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            if (!(outcome instanceof Outcome.Done)) {
                return outcome;
            }
        }
        return null;
    }

    static long deadline(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }
}
