package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is stopped with the shard in its hands: not dead, so nobody may take the shard from it.
class StoppedHolderIT {
    private static final Duration APPEND_TIMEOUT = Duration.ofMillis(300);
    private static final int MOST_TRIES = 500;
    private static final int TAKE_OVERS = 5;

    @TempDir
    Path directory;

    private int tries;

    @Test
    void othersFailWithItsPidGoOnWhenItDoesAndTakeOverWhenItDies() throws Exception {
        Path acks = Files.createDirectory(directory.resolve("acks"));
        Worker.Setup setup = new Worker.Setup(directory.resolve("log"), acks, 1, 1, 0);
        try (Comet comet = Comet.open(
                setup.directory(),
                c -> c.segmentBytes(AppendingWorker.SEGMENT_BYTES).appendTimeout(APPEND_TIMEOUT))) {
            CometShard shard = comet.stream(AppendingWorker.STREAM, 1).shard(0);
            for (int i = 0; i < TAKE_OVERS; i++) {
                try (Worker worker = Worker.start(setup, 100 + i, directory.resolve("output"))) {
                    CometException.ShardBusy busy = stopWhileItHoldsTheShard(worker, shard, acks);
                    assertThat(busy).hasMessageContaining(Long.toString(worker.pid()));

                    worker.signal("CONT");
                    long offset = shard.append(Payloads.of(1, 2L * i));
                    assertThat(offset).isNotNegative();

                    stopWhileItHoldsTheShard(worker, shard, acks);
                    worker.kill();
                    long killed = System.nanoTime();
                    shard.append(Payloads.of(1, 2L * i + 1));
                    double millis = (System.nanoTime() - killed) / 1e6;
                    System.out.printf("take-over from a killed holder: %.2f ms%n", millis);
                }
            }
        }
        try (Comet comet = AppendingWorker.open(setup.directory())) {
            assertThat(LogChecker.faults(comet, 1, Acks.readAll(acks))).isEmpty();
        }
    }

    /// Returns with the worker stopped and the shard in its hands, and what an append says to that.
    private CometException.ShardBusy stopWhileItHoldsTheShard(Worker worker, CometShard shard, Path acks)
            throws Exception {
        long before = Acks.count(acks);
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> Acks.count(acks) > before);
        for (int i = 0; i < MOST_TRIES; i++) {
            worker.signal("STOP");
            try {
                shard.append(Payloads.of(2 + (int) worker.pid(), tries++));
            } catch (CometException.ShardBusy e) {
                return e;
            }
            worker.signal("CONT");
        }
        throw new AssertionError("never stopped with the shard in its hands in " + MOST_TRIES + " tries");
    }
}
