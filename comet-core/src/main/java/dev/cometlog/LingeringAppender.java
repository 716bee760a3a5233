package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.log.StreamSettings;
import dev.cometlog.internal.log.ThreadTurn;
import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Collects lone entries into batches, so that they share a frame and compress together. Get it from
/// [CometStream#lingering(int, Duration)].
///
/// An entry is **not appended yet** when `append` returns: it waits in this process for others, up to `maxDelay`, and
/// is lost if the process dies before. Its future completes with its id once the batch is published, and from then on
/// the entry is as safe as any other that was appended. It fails with the [CometException] of the append, such as
/// [CometException.LogFull], and was not appended then. Cancelling it takes nothing back.
///
/// Entries of one shard keep the order of the calls. The call that fills a batch publishes it, and other calls for that
/// shard wait meanwhile once the next batch is full too; what is not filled in time is published by a thread of the
/// appender's own. Actions that depend on a future run on the thread that published: let them be short, or use the
/// `Async` methods.
///
/// Thread-safe. [#close()], [Comet#sync()] and [Comet#close()] publish what waits.
public final class LingeringAppender implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Comet comet;
    private final CometStream stream;
    private final Supplier<StreamSettings> settings;
    private final int maxEntries;
    private final long maxDelayNanos;
    private final TimeSource time;
    private final AtomicReferenceArray<@Nullable LingerLane> lanes;
    private final Thread timer;

    /// Whether the timer waits for a first entry, which has to wake it then.
    private volatile boolean idle;

    private volatile boolean closed;

    /// The shard of entries without a key: the same until its batch is published, or batches would stay small.
    private volatile int present;

    LingeringAppender(
            Comet comet,
            CometStream stream,
            Supplier<StreamSettings> settings,
            int maxEntries,
            Duration maxDelay,
            TimeSource time) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("maxEntries must be at least 1: maxEntries=" + maxEntries);
        }
        if (maxDelay.isNegative() || maxDelay.isZero() || maxDelay.compareTo(CometStream.LONGEST_LINGER) > 0) {
            throw new IllegalArgumentException("maxDelay must be positive and at most "
                    + CometStream.LONGEST_LINGER.toSeconds() + " s: maxDelay=" + maxDelay);
        }
        this.comet = comet;
        this.stream = stream;
        this.settings = settings;
        this.maxEntries = maxEntries;
        this.maxDelayNanos = maxDelay.toNanos();
        this.time = time;
        this.lanes = new AtomicReferenceArray<>(stream.shardCount());
        this.timer = Thread.ofPlatform()
                .daemon()
                .name("comet-linger-" + stream.name())
                .unstarted(this::publishInTime);
    }

    void start() {
        timer.start();
    }

    /// Adds an entry to the batch that is being collected for any shard.
    ///
    /// @param payload is copied
    /// @throws CometException.EntryTooLarge if it exceeds `maxEntryBytes`
    /// @throws CometException.Closed after [#close()]
    public CompletableFuture<EntryId> append(byte[] payload) {
        return add(present, payload);
    }

    /// Adds an entry to the batch of the shard that `key` picks.
    public CompletableFuture<EntryId> append(String key, byte[] payload) {
        return add(CometStream.shardOf(key, stream.shardCount()), payload);
    }

    /// Adds an entry to the batch of the shard of that number.
    public CompletableFuture<EntryId> appendTo(int shard, byte[] payload) {
        return add(stream.shard(shard).number(), payload);
    }

    private CompletableFuture<EntryId> add(int shard, byte[] payload) {
        requireNonNull(payload, "payload");
        comet.checkOpen();
        int largest = settings.get().maxEntryBytes();
        if (payload.length > largest) {
            throw new CometException.EntryTooLarge(
                    "entry of " + payload.length + " bytes exceeds maxEntryBytes=" + largest);
        }
        return lane(shard).add(payload.clone());
    }

    private LingerLane lane(int shard) {
        LingerLane known = lanes.get(shard);
        if (known != null) {
            return known;
        }
        LingerLane made = new LingerLane(this, stream.shard(shard));
        return lanes.compareAndSet(shard, null, made) ? made : requireNonNull(lanes.get(shard));
    }

    /// For a lane, whose holder may be thrown out by a `StackOverflowError`.
    ThreadTurn newTurn() {
        return new ThreadTurn(time, LOOK, LingerLane.class);
    }

    int maxEntries() {
        return maxEntries;
    }

    /// A batch of more bytes would take several frames, or not be accepted.
    int maxBytes() {
        return Math.min(FrameDescriptor.TARGET_BODY_LENGTH, settings.get().maxBatchBytes());
    }

    /// When what is added now has to be published.
    long deadline() {
        return time.nanoTime() + maxDelayNanos;
    }

    /// A lane has its first entry.
    void begun() {
        if (idle) {
            LockSupport.unpark(timer);
        }
    }

    /// A lane has published its batch.
    void published(int shard) {
        if (present == shard) {
            present = (shard + 1) % lanes.length();
        }
    }

    private void publishInTime() {
        while (!closed) {
            long wait = publishDue();
            if (wait < Long.MAX_VALUE) {
                LockSupport.parkNanos(this, wait);
                continue;
            }
            idle = true;
            // Once more: what began before it could see that we are idle does not wake us.
            if (publishDue() == Long.MAX_VALUE && !closed) {
                // Not for ever: a thread that overflowed may have left something, and could wake nobody.
                LockSupport.parkNanos(this, LOOK.toNanos());
            }
            idle = false;
        }
    }

    /// Publishes what is due and returns for how many nanoseconds nothing else will be; the largest number if
    /// nothing waits.
    private long publishDue() {
        long soonest = Long.MAX_VALUE;
        for (int shard = 0; shard < lanes.length(); shard++) {
            LingerLane lane = lanes.get(shard);
            if (lane != null && lane.isWaiting()) {
                long left = lane.deadline() - time.nanoTime();
                if (left <= 0) {
                    lane.publish();
                } else {
                    soonest = Math.min(soonest, left);
                }
            }
        }
        return soonest;
    }

    /// Publishes everything that was added before; returns once it is. What could not be appended is told by its
    /// future alone.
    public void flush() {
        for (int shard = 0; shard < lanes.length(); shard++) {
            LingerLane lane = lanes.get(shard);
            if (lane != null) {
                lane.publish();
            }
        }
    }

    /// Publishes everything that was added before, and returns once it, and what others appended to the same shards,
    /// survives power loss.
    public void sync() {
        flush();
        for (int shard = 0; shard < lanes.length(); shard++) {
            if (lanes.get(shard) != null) {
                stream.shard(shard).sync();
            }
        }
    }

    /// Publishes what waits. Appends that come later throw [CometException.Closed].
    @Override
    public void close() {
        closed = true;
        for (int shard = 0; shard < lanes.length(); shard++) {
            // Made if it is not there, so that a call that is under way meets a closed one.
            lane(shard).close();
        }
        LockSupport.unpark(timer);
        comet.forget(this);
    }
}
