package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/// What has to be done for a whole log from time to time: settings followed, old segments deleted, room counted.
///
/// Run by the housekeeper, which it does not keep waiting: what a run finds under way it leaves to that.
final class LogUpkeep implements Runnable {
    private static final System.Logger LOG = System.getLogger(LogUpkeep.class.getName());

    private final Log log;
    private final AllocatedRecount recount;
    private final Executor background;
    private final AtomicBoolean underWay = new AtomicBoolean();

    LogUpkeep(Log log, AllocatedRecount recount, Executor background) {
        this.log = log;
        this.recount = recount;
        this.background = background;
    }

    @Override
    public void run() {
        // The housekeeper, which calls this, ends before the background threads do.
        if (!log.isClosed() && underWay.compareAndSet(false, true)) {
            background.execute(this::attend);
        }
    }

    private void attend() {
        try {
            log.refreshSettings();
            Retained _ = log.retain(false);
            recount();
        } catch (CometException.Closed e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} was closed before its retention", log.directory());
        } catch (CometException e) {
            LOG.log(System.Logger.Level.WARNING, "retention of " + log.directory() + " failed; it is tried again", e);
        } finally {
            underWay.set(false);
        }
    }

    private void recount() {
        if (log.openShards().stream().anyMatch(shard -> shard.state().poison() != 0)) {
            // A cure has room reserved for as long as it takes.
            recount.forget();
            return;
        }
        try {
            recount.run();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "counting what " + log.directory() + " takes failed; it is tried again",
                    e);
        }
    }
}
