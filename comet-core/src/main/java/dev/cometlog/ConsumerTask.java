package dev.cometlog;

import dev.cometlog.internal.consumer.ProcessLoop;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Processing that goes on in the background, from [CometConsumer#start(Handler, ProcessOptions)]. Thread-safe.
public final class ConsumerTask {
    private final ProcessLoop loop;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    ConsumerTask(Comet comet, ProcessLoop loop, String name) {
        this.loop = loop;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> run(comet));
        thread.start();
    }

    private void run(Comet comet) {
        try {
            loop.run();
        } catch (IllegalStateException e) {
            failure = comet.explained(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /// Ends processing: what is being handled is finished. Handlers still at work after `timeout` are interrupted.
    ///
    /// @return whether they had all finished by then
    public boolean stop(Duration timeout) throws InterruptedException {
        loop.stop();
        if (loop.awaitEnd(timeout)) {
            thread.join();
            return true;
        }
        loop.interrupt();
        return false;
    }

    /// Waits until processing has ended, for whatever reason.
    public void join() throws InterruptedException {
        thread.join();
    }

    /// Waits so long for processing to end, and says whether it has.
    public boolean join(Duration timeout) throws InterruptedException {
        return thread.join(timeout);
    }

    /// What ended processing, if it was an error: known once it has ended.
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }
}
