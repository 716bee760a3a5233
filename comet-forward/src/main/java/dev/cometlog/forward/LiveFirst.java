package dev.cometlog.forward;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import dev.cometlog.Seek;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Shares out each shard between two groups, so that fresh entries need not wait for old ones.
///
/// The *live* group sends what lies at or above the shard's mark, the *main* group what lies below it. The mark is
/// the acknowledged offset of a third group, so it survives a kill; that group's leases are held all the time, so
/// that only one process at a time shares out. Where main has come to the mark, [#follow()] acknowledges for it what
/// live has done: main's acknowledged offset stays the one below which everything is done. Then, and only then, the
/// mark may jump to the end: main sends what is left behind, and live what comes.
///
/// The mark is moved before live is, so what main takes to be done by live is done. Thread-safe.
final class LiveFirst implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LiveFirst.class.getName());

    static final String LIVE = ".live";
    static final String MARK = ".live-from";

    private final Comet comet;
    private final CometConsumer main;
    private final CometConsumer live;
    private final CometConsumer mark;
    private final List<String> streams;
    private final long longestMicros;
    private final Pace pace;

    /// Held while a mark moves, so that it never moves back.
    private final ReentrantLock moving = new ReentrantLock();

    /// As stored; this process alone moves them.
    private final Map<ShardKey, Long> marks = new ConcurrentHashMap<>();

    private record ShardKey(String stream, int shard) {}

    /// @param streams names of streams
    /// @param longest how old an unsent entry may become before live gives it to main
    LiveFirst(Comet comet, CometConsumer main, List<String> streams, Duration longest, Pace pace) {
        this.comet = comet;
        this.main = main;
        this.live = comet.consumer(main.group() + LIVE);
        this.mark = comet.consumer(main.group() + MARK);
        this.streams = streams;
        this.longestMicros = TimeUnit.NANOSECONDS.toMicros(longest.toNanos());
        this.pace = pace;
    }

    CometConsumer live() {
        return live;
    }

    /// Lets live begin at the end of what there is of each stream where it has not begun before.
    ///
    /// @throws CometException.LeaseHeld naming the group, if another process shares out
    void begin() throws InterruptedException {
        for (String stream : comet.streams()) {
            if (!streams.contains(stream)) {
                continue;
            }
            boolean isNew = !comet.groups(stream).contains(live.group());
            // Takes the leases and keeps them: a poll is how one says that one reads.
            var _ = mark.poll(stream, 1, Duration.ZERO);
            for (int shard = 0; isNew && shard < comet.stream(stream).shardCount(); shard++) {
                jump(stream, shard);
            }
        }
    }

    private void jump(String stream, int shard) {
        long end = comet.stream(stream).shard(shard).endOffset();
        moveMark(stream, shard, end);
        live.seek(stream, shard, Seek.offset(end));
    }

    private void moveMark(String stream, int shard, long offset) {
        mark.seek(stream, shard, Seek.offset(offset));
        marks.put(new ShardKey(stream, shard), offset);
    }

    /// Where live's part of a shard begins: for a shard that came later, at its start.
    private long mark(String stream, int shard) {
        return marks.computeIfAbsent(new ShardKey(stream, shard), key -> acked(mark, stream, shard));
    }

    private static long acked(CometConsumer group, String stream, int shard) {
        return group.lag(stream).shards().get(shard).ackedOffset();
    }

    /// The part of the main group.
    Lane mainLane() {
        return new Lane() {
            @Override
            public long end(String stream, int shard) {
                return mark(stream, shard);
            }

            @Override
            public boolean yields() {
                return true;
            }
        };
    }

    /// The part of the live group.
    Lane liveLane() {
        return new Lane() {
            @Override
            public long from(String stream, int shard) {
                return mark(stream, shard);
            }

            @Override
            public boolean gives(String stream, int shard, long offset, long timestampMicros) {
                return pace.epochMicros() - timestampMicros > longestMicros && giveToMain(stream, shard, offset);
            }
        };
    }

    /// Leaves everything from `offset`, live's first, up to the end to main, if main has nothing else left to send.
    private boolean giveToMain(String stream, int shard, long offset) {
        moving.lock();
        try {
            follow(stream, shard);
            long done = acked(main, stream, shard);
            if (done < offset) {
                return false;
            }
            jump(stream, shard);
            // What main was delivered and left to live is its own now.
            main.seek(stream, shard, Seek.offset(done));
            return true;
        } catch (CometException.LeaseHeld e) {
            // Main's lease is on its way here or elsewhere: live sends on in order until it is settled.
            LOG.log(System.Logger.Level.DEBUG, () -> "live cannot go ahead yet: " + e.getMessage());
            return false;
        } finally {
            moving.unlock();
        }
    }

    /// Acknowledges for main what live has done, where main has come to the mark.
    void follow() {
        for (String stream : comet.streams()) {
            if (streams.contains(stream) && comet.groups(stream).contains(live.group())) {
                for (int shard = 0; shard < comet.stream(stream).shardCount(); shard++) {
                    moving.lock();
                    try {
                        follow(stream, shard);
                    } finally {
                        moving.unlock();
                    }
                }
            }
        }
    }

    private void follow(String stream, int shard) {
        long liveDone = acked(live, stream, shard);
        long mainDone = acked(main, stream, shard);
        if (liveDone > mainDone && mainDone >= mark(stream, shard)) {
            main.ackRange(stream, shard, mainDone, liveDone - 1);
            // A mark that stayed behind would keep the data there from being deleted.
            moveMark(stream, shard, liveDone);
        }
    }

    @Override
    public void close() {
        live.close();
        mark.close();
    }
}
