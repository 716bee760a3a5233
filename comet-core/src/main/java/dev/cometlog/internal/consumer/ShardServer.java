package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.EntryId;
import dev.cometlog.Exhausted;
import dev.cometlog.Gap;
import dev.cometlog.ProcessOptions;
import dev.cometlog.StopProcessing;
import dev.cometlog.internal.log.Log;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Serves one batch of one shard: delivers it, acknowledges it, or does what follows from its failure.
///
/// Thread-safe: shards are served at the same time, each by one thread.
final class ShardServer {
    private static final System.Logger LOG = System.getLogger(ShardServer.class.getName());

    private final Log log;
    private final ProcessOptions options;
    private final BatchHandler handler;
    private final @Nullable DeadLetters deadLetters;

    /// What serving a shard came to.
    sealed interface Outcome {
        /// Whether anything was delivered or passed over, so that there may be more.
        record Served(boolean progress) implements Outcome {}

        /// The loop ends in good order.
        record Stopped() implements Outcome {}

        /// The loop ends because its thread was interrupted.
        record Interrupted() implements Outcome {}

        /// The loop ends with an error.
        record Failed(Throwable error) implements Outcome {}
    }

    private static final Outcome PROGRESS = new Outcome.Served(true);
    private static final Outcome NOTHING = new Outcome.Served(false);

    ShardServer(Log log, ProcessOptions options, BatchHandler handler) {
        this.log = log;
        this.options = options;
        this.handler = handler;
        this.deadLetters = options.onExhausted() instanceof Exhausted.To to ? new DeadLetters(log, to.stream()) : null;
    }

    /// Serves a shard that the caller has taken.
    Outcome serve(ShardTask task, EntryBuffer buffer) {
        Batch batch;
        try {
            ShardFeed feed = task.feed();
            batch = feed.read(buffer, task.retries().limit(feed.position(), options.batchSize()));
            task.obstacle("");
        } catch (CometException.MissingCodec e) {
            task.obstacle(String.valueOf(e.getMessage()));
            return postponed(task, e);
        } catch (RuntimeException | Error e) {
            // Errors too: on a page that cannot be read the JVM throws InternalError, and other shards need us.
            return postponed(task, e);
        }
        try {
            passGaps(batch);
        } catch (RuntimeException e) {
            task.feed().rewindTo(batch.gaps().getFirst().from());
            return postponed(task, e);
        }
        if (batch.size() == 0) {
            return batch.gaps().isEmpty() ? NOTHING : PROGRESS;
        }
        try {
            return deliver(task, batch);
        } finally {
            batch.end();
        }
    }

    private void passGaps(Batch batch) {
        for (Gap gap : batch.gaps()) {
            listen(() -> options.onGap().gap(gap));
            batch.lease().passGap(batch.generation(), gap);
        }
    }

    private Outcome postponed(ShardTask task, Throwable error) {
        if (log.isClosed()) {
            return new Outcome.Failed(closed(error));
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "shard " + task.feed().lease().shard() + " of stream "
                        + task.feed().lease().progress().stream().name() + " cannot be served; it is tried again",
                error);
        int times = task.retries().postpone(log.time().nanoTime());
        listen(() -> options.onError().accept(error, times));
        return NOTHING;
    }

    private CometException.Closed closed(Throwable error) {
        CometException.Closed closed = new CometException.Closed("log " + log.directory());
        closed.addSuppressed(error);
        return closed;
    }

    private Outcome deliver(ShardTask task, Batch batch) {
        long started = log.time().nanoTime();
        task.handlingBegins(started);
        try {
            handler.handle(batch);
        } catch (StopProcessing stop) {
            return stopped(batch, stop);
        } catch (InterruptedException e) {
            return new Outcome.Interrupted();
        } catch (Throwable e) {
            return failed(task, batch, e);
        } finally {
            task.handlingEnds();
        }
        Duration took = Duration.ofNanos(log.time().nanoTime() - started);
        try {
            if (options.autoAck()) {
                batch.ack();
            }
        } catch (RuntimeException e) {
            task.feed().rewindTo(batch.firstOffset());
            return postponed(task, e);
        }
        task.retries().succeeded(batch.endOffset());
        listen(() -> options.onBatch().batch(batch.size(), took));
        return PROGRESS;
    }

    /// Acknowledges what succeeded, unless the handler does that itself.
    private Outcome stopped(Batch batch, StopProcessing stop) {
        EntryId before = stop.before();
        if (!options.autoAck()) {
            return new Outcome.Stopped();
        }
        if (before == null) {
            batch.ack();
        } else if (before.stream().equals(batch.stream()) && before.shard() == batch.shard()) {
            batch.ackTo(Math.max(before.offset(), batch.firstOffset()));
        }
        return new Outcome.Stopped();
    }

    private Outcome failed(ShardTask task, Batch batch, Throwable error) {
        if (Thread.currentThread().isInterrupted()) {
            // Whatever the handler made of the interrupt: it means us.
            return new Outcome.Interrupted();
        }
        if (log.isClosed()) {
            return new Outcome.Failed(closed(error));
        }
        batch.lease().handlerFailed();
        Retries retries = task.retries();
        // What the handler acknowledged itself does not come again.
        long from = Math.min(batch.lease().firstUnacked(batch.firstOffset()), batch.endOffset());
        if (from == batch.endOffset()) {
            listen(() -> options.onError().accept(error, retries.attempts() + 1));
            retries.succeeded(from);
            return PROGRESS;
        }
        task.feed().rewindTo(from);
        Retries.Next next = retries.failed(from, batch.endOffset(), log.time().nanoTime());
        listen(() -> options.onError().accept(error, retries.attempts()));
        return next == Retries.Next.RETRY ? PROGRESS : giveUp(task, batch, error);
    }

    private Outcome giveUp(ShardTask task, Batch batch, Throwable error) {
        long offset = batch.endOffset() - 1;
        Retries retries = task.retries();
        switch (options.onExhausted()) {
            case Exhausted.Stop _ -> {
                EntryId id = new EntryId(batch.stream(), batch.shard(), offset);
                return new Outcome.Failed(new CometException.HandlerFailed(
                        id + " could not be handled in " + retries.attempts() + " attempts: " + error, error));
            }
            case Exhausted.Skip _ -> {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "skipped " + new EntryId(batch.stream(), batch.shard(), offset) + " after " + retries.attempts()
                                + " attempts",
                        error);
                batch.lease().skip(batch.generation(), offset);
            }
            case Exhausted.To _ -> {
                try {
                    if (deadLetters != null) {
                        deadLetters.appendLast(batch, retries.attempts(), error);
                    }
                } catch (CometException.EntryTooLarge e) {
                    e.addSuppressed(error);
                    return new Outcome.Failed(e);
                } catch (RuntimeException e) {
                    e.addSuppressed(error);
                    return postponed(task, e);
                }
                batch.lease().deadLettered(batch.generation(), offset);
            }
        }
        retries.gaveUp();
        return PROGRESS;
    }

    /// Calls a listener; its failures are its own.
    private static void listen(Runnable listener) {
        try {
            listener.run();
        } catch (Throwable e) {
            // Whatever it is: the entries that are being delivered are not to suffer from it.
            LOG.log(System.Logger.Level.WARNING, "a listener failed", e);
        }
    }
}
