package dev.cometlog.forward;

import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Sends one delivery after another of a shard until the destination has it, and acknowledges exactly what it
/// confirmed.
///
/// Thread-safe: deliveries of different shards are sent at the same time.
final class BatchSender implements Handler {
    private static final System.Logger LOG = System.getLogger(BatchSender.class.getName());

    /// The longest time until a wait notices that it is to end.
    private static final Duration SLICE = Duration.ofMillis(50);

    private final CometConsumer consumer;
    private final Sink sink;
    private final ForwarderOptions options;
    private final Lane lane;
    private final RateLimit rate;
    private final Counters counters;
    private final Pace pace;

    /// By shard: below it everything was tried for longer than `maxElapsedTime`, and why. The consumer hands it
    /// over again in halves, which are not to take so long each.
    private final Map<ShardKey, GivenUp> givenUp = new ConcurrentHashMap<>();

    private record ShardKey(String stream, int shard) {}

    private record GivenUp(long end, String reason) {}

    BatchSender(
            CometConsumer consumer,
            Sink sink,
            ForwarderOptions options,
            Lane lane,
            RateLimit rate,
            Counters counters,
            Pace pace) {
        this.consumer = consumer;
        this.sink = sink;
        this.options = options;
        this.lane = lane;
        this.rate = rate;
        this.counters = counters;
        this.pace = pace;
    }

    @Override
    public void handle(Delivery delivery) throws InterruptedException, Rejected {
        boolean ended = false;
        while (!ended) {
            try {
                forward(delivery);
                ended = true;
            } catch (InterruptedException | Rejected e) {
                throw e;
            } catch (Throwable e) {
                // Errors too: whatever we did wrong, to the consumer it would mean that the entries are to blame.
                String problem = delivery + ": " + e;
                if (!problem.equals(counters.lastProblem)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "group " + consumer.group() + ", " + delivery + ": tried again",
                            e);
                }
                counters.lastProblem = problem;
                ended = !pause(delivery, options.retry().initialInterval());
            }
        }
    }

    private void forward(Delivery delivery) throws InterruptedException, Rejected {
        List<Entry> entries = mine(delivery);
        Backoff backoff = null;
        while (true) {
            entries = young(delivery, entries);
            if (entries.isEmpty() || delivery.cancelled()) {
                return;
            }
            Entry first = entries.getFirst();
            if (lane.gives(delivery.stream(), delivery.shard(), first.id().offset(), first.timestampMicros())) {
                return;
            }
            throwIfGivenUp(delivery, entries);
            SinkBatch batch = new SinkBatch(consumer.group(), delivery.stream(), delivery.shard(), entries);
            long bytes = batch.bytes();
            if (!awaitTurn(delivery, bytes)) {
                return;
            }
            List<Outcome> outcomes = send(batch);
            Outcome trouble = Outcomes.firstTrouble(outcomes);
            if (trouble == null && isRun(entries)) {
                ack(delivery, first.id().offset(), entries.getLast().id().offset());
                counters.sent.add(entries.size());
                counters.sentBytes.add(bytes);
            } else {
                ackDone(delivery, entries, outcomes);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("interrupted while sending; what was confirmed is acknowledged");
            }
            if (trouble == null) {
                return;
            }
            entries = Outcomes.notDone(entries, outcomes);
            if (trouble instanceof Outcome.Reject reject) {
                throw rejected(entries, reject);
            }
            if (backoff == null) {
                backoff = new Backoff(options.retry(), new SplittableRandom(), pace.nanoTime());
            }
            if (!awaitRetry(delivery, entries, backoff, Outcomes.longestRetry(outcomes))) {
                return;
            }
        }
    }

    /// The entries that this lane has to send. Those below them are acknowledged, those above left alone.
    private List<Entry> mine(Delivery delivery) {
        // In this order: what the other lane gives away between the two answers is then nobody's for the moment.
        long end = lane.end(delivery.stream(), delivery.shard());
        long from = lane.from(delivery.stream(), delivery.shard());
        List<Entry> mine = new ArrayList<>(delivery.size());
        long below = -1;
        for (Entry entry : delivery) {
            long offset = entry.id().offset();
            if (offset < from) {
                below = offset;
            } else if (offset < end) {
                mine.add(entry);
            }
        }
        if (below >= 0) {
            long first = delivery.iterator().next().id().offset();
            ack(delivery, first, below);
        }
        return mine;
    }

    /// Without those that became too old, which are acknowledged. The oldest come first.
    private List<Entry> young(Delivery delivery, List<Entry> entries) {
        if (options.maxAge().isZero()) {
            return entries;
        }
        long oldest = pace.epochMicros()
                - TimeUnit.NANOSECONDS.toMicros(options.maxAge().toNanos());
        int old = 0;
        while (old < entries.size() && entries.get(old).timestampMicros() < oldest) {
            old++;
        }
        if (old > 0) {
            ack(
                    delivery,
                    entries.getFirst().id().offset(),
                    entries.get(old - 1).id().offset());
        }
        counters.skippedByAge.add(old);
        return old == 0 ? entries : entries.subList(old, entries.size());
    }

    /// Waits until the bytes may go out; false if the delivery was cancelled meanwhile.
    private boolean awaitTurn(Delivery delivery, long bytes) throws InterruptedException {
        if (!lane.yields()) {
            return pause(delivery, Duration.ofNanos(rate.take(bytes, pace.nanoTime())));
        }
        for (long wait = 1; wait > 0; ) {
            wait = rate.takeIfIdle(bytes, pace.nanoTime());
            if (!pause(delivery, Duration.ofNanos(wait))) {
                return false;
            }
        }
        return true;
    }

    private List<Outcome> send(SinkBatch batch) throws InterruptedException {
        counters.batches.increment();
        List<Outcome> outcomes;
        try {
            outcomes = sink.send(batch);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // Nothing is known of any entry. What it was is told by lastProblem.
            String what = e.getClass().getSimpleName();
            return batch.all(Outcome.retry(e.getMessage() == null ? what : what + ": " + e.getMessage()));
        }
        if (outcomes.size() != batch.size()) {
            return batch.all(Outcome.retry("the sink gave " + outcomes.size() + " outcomes for " + batch.size()
                    + " entries, which is a mistake in " + sink.getClass().getName()));
        }
        return outcomes;
    }

    /// Whether no offset is left out, so that one ack will do.
    private static boolean isRun(List<Entry> entries) {
        return entries.getLast().id().offset() - entries.getFirst().id().offset() == entries.size() - 1;
    }

    /// Acknowledges what the destination has, run by run.
    private void ackDone(Delivery delivery, List<Entry> entries, List<Outcome> outcomes) {
        int from = 0;
        while (from < entries.size()) {
            if (!(outcomes.get(from) instanceof Outcome.Done)) {
                from++;
                continue;
            }
            int last = from;
            long offset = entries.get(from).id().offset();
            long bytes = entries.get(from).data().byteSize();
            while (last + 1 < entries.size()
                    && outcomes.get(last + 1) instanceof Outcome.Done
                    && entries.get(last + 1).id().offset() == offset + (last + 1 - from)) {
                last++;
                bytes += entries.get(last).data().byteSize();
            }
            ack(delivery, offset, offset + (last - from));
            counters.sent.add(last + 1 - from);
            counters.sentBytes.add(bytes);
            from = last + 1;
        }
    }

    private void ack(Delivery delivery, long from, long to) {
        try {
            delivery.ack(from, to);
        } catch (CometException.LeaseHeld e) {
            // The shard went to another member, which sends the same again: at least once.
            LOG.log(System.Logger.Level.DEBUG, () -> "not acknowledged: " + e.getMessage());
        }
    }

    /// Leaves it to the consumer to hand over again what is left, in smaller deliveries, until one is alone.
    private Rejected rejected(List<Entry> left, Outcome.Reject reject) {
        problem(left.getFirst(), "rejected: " + reject.reason());
        if (left.size() == 1) {
            counters.rejected.increment();
        }
        return new Rejected(reject.reason());
    }

    private void throwIfGivenUp(Delivery delivery, List<Entry> entries) throws Rejected {
        GivenUp before = givenUp.get(new ShardKey(delivery.stream(), delivery.shard()));
        if (before != null && entries.getLast().id().offset() < before.end()) {
            if (entries.size() == 1) {
                counters.givenUp.increment();
            }
            throw new Rejected(before.reason());
        }
    }

    /// Waits for the next attempt; false if the delivery was cancelled meanwhile.
    private boolean awaitRetry(Delivery delivery, List<Entry> entries, Backoff backoff, Outcome.Retry retry)
            throws InterruptedException, Rejected {
        Duration wait = backoff.next(retry.after());
        long now = pace.nanoTime();
        if (options.mayGiveUp() && backoff.isOver(now, wait)) {
            String reason = "given up after " + backoff.elapsed(now).toSeconds() + " s: " + retry.reason();
            long end = entries.getLast().id().offset() + 1;
            givenUp.put(new ShardKey(delivery.stream(), delivery.shard()), new GivenUp(end, reason));
            throwIfGivenUp(delivery, entries);
        }
        problem(entries.getFirst(), retry.reason());
        counters.waiting.incrementAndGet();
        try {
            if (!pause(delivery, wait)) {
                return false;
            }
        } finally {
            counters.waiting.decrementAndGet();
        }
        counters.retries.increment();
        return true;
    }

    private void problem(Entry entry, String reason) {
        counters.lastProblem = entry.id() + ": " + reason;
        LOG.log(System.Logger.Level.DEBUG, () -> "group " + consumer.group() + ", " + entry.id() + ": " + reason);
    }

    /// Waits, but not beyond the delivery's end; false if that came.
    private boolean pause(Delivery delivery, Duration time) throws InterruptedException {
        long begun = pace.nanoTime();
        long left = time.toNanos();
        while (left > 0 && !delivery.cancelled()) {
            pace.pause(Duration.ofNanos(Math.min(left, SLICE.toNanos())));
            left = time.toNanos() - (pace.nanoTime() - begun);
        }
        return !delivery.cancelled();
    }
}
