package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Sends streams on to a destination, for a consumer group of its own, until it is stopped.
///
/// Every entry is sent at least once, those of a shard in their order, and acknowledged when the destination has
/// confirmed it. Several forwarders, of one process or of many, may share a group; those of different groups have
/// nothing to do with each other. Thread-safe.
public final class Forwarder implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CometConsumer consumer;
    private final Sink sink;
    private final Counters counters = new Counters();
    private final List<ConsumerTask> tasks = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable LiveFirst lanes;
    private @Nullable Follower follower;

    private Forwarder(CometConsumer consumer, Sink sink) {
        this.consumer = consumer;
        this.sink = sink;
    }

    /// Starts forwarding for a group, which begins with that if it is new. The forwarder closes the sink when it is
    /// closed itself; if this throws, the sink is the caller's to close.
    ///
    /// @throws CometException.LeaseHeld if `liveFirst` is on and another forwarder of the group is at work
    /// @throws InterruptedException if interrupted while starting
    public static Forwarder start(Comet comet, String group, Sink sink, ForwarderOptions options)
            throws InterruptedException {
        return start(comet, group, sink, options, Pace.SYSTEM);
    }

    static Forwarder start(Comet comet, String group, Sink sink, ForwarderOptions options, Pace pace)
            throws InterruptedException {
        requireNonNull(sink, "sink");
        requireNonNull(options, "options");
        CometConsumer consumer = comet.consumer(group);
        Forwarder forwarder = new Forwarder(consumer, sink);
        try {
            forwarder.begin(comet, options, pace);
            return forwarder;
        } catch (RuntimeException | InterruptedException e) {
            forwarder.closeConsumers();
            throw e;
        }
    }

    private void begin(Comet comet, ForwarderOptions options, Pace pace) throws InterruptedException {
        RateLimit rate = new RateLimit(options.bytesPerSecond());
        if (options.liveFirst().isZero()) {
            begin(consumer, new BatchSender(consumer, sink, options, Lane.ALONE, rate, counters, pace), options);
            return;
        }
        LiveFirst sharing = new LiveFirst(comet, consumer, options.streams(), options.liveFirst(), pace);
        lanes = sharing;
        sharing.begin();
        CometConsumer live = sharing.live();
        begin(live, new BatchSender(live, sink, options, sharing.liveLane(), rate, counters, pace), options);
        begin(consumer, new BatchSender(consumer, sink, options, sharing.mainLane(), rate, counters, pace), options);
        follower = Follower.start(sharing, tasks);
    }

    private void begin(CometConsumer by, BatchSender sender, ForwarderOptions options) {
        tasks.add(by.start(
                sender,
                options.processOptions().onGap(gap -> missing(gap, options)).build()));
    }

    private void missing(Gap gap, ForwarderOptions options) {
        counters.missing.add(gap.length());
        options.onGap().gap(gap);
    }

    /// What was done so far. How far the group is behind says [CometConsumer#lag(String)].
    public ForwarderStats stats() {
        return counters.stats();
    }

    /// Waits so long for forwarding to end, which it does by itself only with an error, and says whether it has.
    ///
    /// @throws InterruptedException if interrupted while waiting
    public boolean join(Duration timeout) throws InterruptedException {
        return tasks.getFirst().join(timeout);
    }

    /// What ended forwarding, if it was an error: known once it has ended.
    public Optional<Throwable> failure() {
        return tasks.stream()
                .flatMap(task -> task.failure().stream())
                // Interrupted by who stopped it.
                .filter(failure -> !(failure instanceof InterruptedException))
                .findFirst();
    }

    /// Stops in good order: nothing new is sent, what is on its way is waited for, and exactly what the destination
    /// has confirmed by then is acknowledged. What is still on its way after `timeout` is left, and comes again.
    ///
    /// @return whether everything that was on its way was confirmed or given back
    /// @throws InterruptedException if interrupted while waiting
    public boolean stop(Duration timeout) throws InterruptedException {
        if (follower != null) {
            follower.stop();
        }
        long end = System.nanoTime() + timeout.toNanos();
        boolean clean = true;
        for (ConsumerTask task : tasks) {
            clean &= task.stop(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return clean;
    }

    /// Stops, waiting ten seconds at most for what is on its way, and closes the sink.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            var _ = stop(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeConsumers();
        sink.close();
    }

    private void closeConsumers() {
        if (lanes != null) {
            lanes.close();
        }
        consumer.close();
    }
}
