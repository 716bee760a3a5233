package dev.cometlog.forward;

import dev.cometlog.CometException;
import dev.cometlog.ConsumerTask;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets the main group follow the live one, in a thread of its own, and ends both when one has ended.
final class Follower {
    private static final System.Logger LOG = System.getLogger(Follower.class.getName());
    private static final long INTERVAL_MILLIS = 250;

    private final LiveFirst lanes;
    private final List<ConsumerTask> tasks;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /// The last one that was logged, until it went away.
    private String failure = "";

    private Follower(LiveFirst lanes, List<ConsumerTask> tasks) {
        this.lanes = lanes;
        this.tasks = List.copyOf(tasks);
    }

    static Follower start(LiveFirst lanes, List<ConsumerTask> tasks) {
        Follower follower = new Follower(lanes, tasks);
        Thread.ofPlatform().daemon().name("comet-forward-follow").start(follower::run);
        return follower;
    }

    void stop() {
        stopped.countDown();
    }

    private void run() {
        try {
            boolean ended = false;
            while (!ended) {
                ended = stopped.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS) || followOrEnd();
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; whoever did wants it to end.
            Thread.currentThread().interrupt();
        }
    }

    /// Returns true if there is nothing to follow any more.
    private boolean followOrEnd() throws InterruptedException {
        for (ConsumerTask task : tasks) {
            if (task.join(Duration.ZERO)) {
                for (ConsumerTask other : tasks) {
                    var _ = other.stop(Duration.ofSeconds(10));
                }
                return true;
            }
        }
        try {
            lanes.follow();
            failure = "";
        } catch (CometException.Closed e) {
            return true;
        } catch (RuntimeException e) {
            // The next time is soon, and nothing is lost until then: main only seems to be further behind.
            String cause = e.toString();
            if (!cause.equals(failure)) {
                failure = cause;
                LOG.log(System.Logger.Level.WARNING, "acknowledging what was sent first failed; it is tried again", e);
            }
        }
        return false;
    }
}
