package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.internal.consumer.GroupFile.Counter;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.log.AppendSignal;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.log.ShardView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The right of one member to read a shard and to acknowledge its entries, until released.
///
/// Thread-safe: acks come from any thread.
final class ShardLease {
    private static final System.Logger LOG = System.getLogger(ShardLease.class.getName());

    private final GroupProgress progress;
    private final int shard;
    private final Object owner;

    /// Null until the shard exists.
    private volatile @Nullable ShardView view;

    /// Raised by each seek, so that acks of what was delivered before are known as out of date. Written under `this`.
    private volatile int generation;

    /// Set once the shard is to go to another member; nothing more is delivered from it then.
    private volatile boolean leaving;

    // Guarded by this.
    private final AckWindow window;
    private long word;
    private boolean released;
    private boolean stampDue;
    private AppendSignal.@Nullable Listener listener;

    ShardLease(GroupProgress progress, int shard, Object owner, long word) {
        this.progress = progress;
        this.shard = shard;
        this.owner = owner;
        this.word = word;
        this.window = new AckWindow(GroupDescriptor.acked(word).orElse(0));
    }

    int shard() {
        return shard;
    }

    GroupProgress progress() {
        return progress;
    }

    /// Who took it: acks of others are refused.
    Object owner() {
        return owner;
    }

    int generation() {
        return generation;
    }

    boolean isLeaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    /// The shard if it was found to exist; asks nobody.
    @Nullable
    ShardView knownView() {
        return view;
    }

    /// The shard, once it exists. The first time, an acknowledged offset that cannot be is put right.
    Optional<ShardView> view() {
        ShardView known = view;
        if (known != null) {
            return Optional.of(known);
        }
        Optional<ShardView> found = progress.stream().view(shard);
        found.ifPresent(this::attach);
        return found;
    }

    /// Who is told, from now on and until the release, of what this process appends.
    synchronized void listen(AppendSignal.Listener to) {
        listener = to;
        if (view != null && !released) {
            progress.stream().shard(shard).appends().add(to);
        }
    }

    private void unlisten() {
        AppendSignal.Listener present = listener;
        if (view != null && present != null) {
            progress.stream().shard(shard).appends().remove(present);
        }
    }

    private synchronized void attach(ShardView found) {
        if (view != null || released) {
            return;
        }
        AppendSignal.Listener waiting = listener;
        if (waiting != null) {
            progress.stream().shard(shard).appends().add(waiting);
        }
        ShardState state = found.state();
        long end = state.endOffset();
        boolean unreadable = GroupDescriptor.acked(word).isEmpty();
        if (unreadable) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "group {0}: how far it had come in {1} is damaged; it starts at the earliest entry",
                    progress.group(),
                    found.id());
            move(Math.min(state.startOffset(), end));
        } else if (window.watermark() > end) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "group {0}: it had come to offset {1,number,#} in {2}, which ends at {3,number,#}; it goes on there",
                    progress.group(),
                    window.watermark(),
                    found.id(),
                    end);
            move(end);
        }
        view = found;
    }

    synchronized long watermark() {
        return window.watermark();
    }

    synchronized long firstUnacked(long from) {
        return window.firstUnacked(from);
    }

    synchronized boolean isAcked(long offset) {
        return window.isAcked(offset);
    }

    /// Whether offsets above the watermark are acknowledged.
    synchronized boolean hasHoles() {
        return window.above() > 0;
    }

    synchronized boolean hasRoom(long from, long to) {
        return window.hasRoom(from, to);
    }

    /// Acknowledges what was delivered in a generation; nothing if the shard was sought since.
    synchronized void ack(int ofGeneration, long from, long to) {
        if (ofGeneration == generation) {
            count(Counter.ACKED, store(from, to));
        }
    }

    /// Acknowledges offsets by number.
    synchronized void ack(long from, long to) {
        count(Counter.ACKED, store(from, to));
    }

    synchronized void skip(int ofGeneration, long offset) {
        if (ofGeneration == generation) {
            count(Counter.SKIPPED, store(offset, offset + 1));
        }
    }

    synchronized void deadLettered(int ofGeneration, long offset) {
        if (ofGeneration == generation) {
            count(Counter.DEAD_LETTERED, store(offset, offset + 1));
        }
    }

    synchronized void passGap(int ofGeneration, Gap gap) {
        if (ofGeneration == generation) {
            long passed = store(gap.from(), gap.to());
            count(Counter.GAPS, passed);
            count(reason(gap), passed);
        }
    }

    private static Counter reason(Gap gap) {
        return switch (gap.reason()) {
            case RETENTION -> Counter.RETENTION_GAPS;
            case DROP -> Counter.DROP_GAPS;
            case DAMAGE -> Counter.DAMAGE_GAPS;
            case POWER_LOSS -> Counter.POWER_LOSS_GAPS;
        };
    }

    /// Counts that a handler threw.
    synchronized void handlerFailed() {
        if (!released) {
            progress.file().add(shard, Counter.FAILURES, 1);
        }
    }

    private void count(Counter counter, long amount) {
        if (amount > 0) {
            progress.file().add(shard, counter, amount);
            stampDue = true;
        }
    }

    /// Moves the watermark, in memory and then in the file, and returns how many offsets are newly acknowledged.
    private long store(long from, long to) {
        checkHeld();
        ShardView known = view;
        if (known == null || to > known.state().endOffset()) {
            throw noSuchEntries(
                    progress.stream().name(),
                    shard,
                    known == null ? 0 : known.state().endOffset(),
                    from,
                    to);
        }
        long before = window.watermark();
        long fresh = window.ack(from, to);
        if (window.watermark() != before) {
            write(window.watermark());
        }
        return fresh;
    }

    static IllegalArgumentException noSuchEntries(String stream, int shard, long end, long from, long to) {
        return new IllegalArgumentException("only entries that exist can be acknowledged: shard " + shard
                + " of stream \"" + stream + "\" ends at " + end + ": from=" + from + ", to=" + to);
    }

    private void write(long offset) {
        long next = GroupDescriptor.ackWord(offset);
        if (next == word) {
            return;
        }
        if (!progress.file().casAckWord(shard, word, next)) {
            throw new CometException.LeaseHeld("the acks of shard " + shard + " of stream \""
                    + progress.stream().name() + "\" in group \"" + progress.group()
                    + "\" were changed by someone who does not hold its lease");
        }
        word = next;
    }

    /// Goes to another offset: what lies above is delivered again, what lies below is not.
    synchronized void seek(long offset) {
        checkHeld();
        move(offset);
    }

    private void move(long offset) {
        window.reset(offset);
        beginGeneration();
        write(offset);
    }

    /// Forgets deliveries that were not acknowledged, so that they come again.
    synchronized void rewind() {
        beginGeneration();
    }

    private void beginGeneration() {
        int present = generation;
        generation = present + 1;
    }

    /// Notes the time of the last ack; called now and then, for an ack must not cost a look at the clock.
    synchronized void stamp(long epochMicros) {
        if (stampDue && !released) {
            stampDue = false;
            progress.file().set(shard, Counter.LAST_ACK_MICROS, epochMicros);
        }
    }

    private void checkHeld() {
        if (released) {
            throw new CometException.LeaseHeld("shard " + shard + " of stream \""
                    + progress.stream().name() + "\" is not read by this consumer of group \"" + progress.group()
                    + "\" any more");
        }
    }

    /// Gives the shard up. Acks that began before are stored, later ones are refused.
    void release(long epochMicros) {
        synchronized (this) {
            if (released) {
                return;
            }
            stamp(epochMicros);
            unlisten();
            released = true;
        }
        progress.release(this);
    }
}
