package dev.cometlog.examples;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Several processes that share one log, each appending to shards of its own so that they never wait for each other.
///
/// `main` starts the workers; each is this program again. Nobody hands out numbers: the log does.
public final class PreforkWorkers {
    private static final int WORKERS = 3;
    private static final int SHARDS = 6;
    private static final int ENTRIES = 1000;

    private PreforkWorkers() {}

    /// Starts the workers, or is one.
    ///
    /// @param args the log's directory; `worker` behind it for one that was started by the first
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        if (args.length > 1) {
            work(directory);
            return;
        }
        List<Process> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            PreforkWorkers.class.getName(),
                            directory.toString(),
                            "worker")
                    .inheritIO()
                    .start());
        }
        for (Process worker : workers) {
            if (worker.waitFor() != 0) {
                throw new IllegalStateException("worker " + worker.pid() + " failed");
            }
        }
        try (Comet comet = Comet.open(directory)) {
            System.out.println(comet.stats().sum(shard -> shard.appends().entries()) + " entries");
        }
    }

    private static void work(Path directory) {
        try (Comet comet = Comet.open(directory)) {
            CometStream requests = comet.stream("requests:v1", SHARDS);
            // The lowest number that is free: a worker that is restarted gets that of the one that died.
            int worker = comet.processId();
            List<CometShard> mine = requests.ownedShards(worker % WORKERS, WORKERS);
            for (int i = 0; i < ENTRIES; i++) {
                byte[] payload = ("request " + i + " of worker " + worker).getBytes(StandardCharsets.UTF_8);
                long _ = mine.get(i % mine.size()).append(payload);
            }
        }
    }
}
