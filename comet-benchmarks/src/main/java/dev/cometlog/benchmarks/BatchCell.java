package dev.cometlog.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Appends batches to one shard.
final class BatchCell {
    private static final int WARM_UP_SHARE = 10;
    private static final double NANOS = 1e9;

    private final Path directory;

    BatchCell(Path directory) {
        this.directory = directory;
    }

    Result run(int payloadBytes, int batch, int megabytes) {
        byte[] payload = new byte[payloadBytes];
        new Random(1).nextBytes(payload);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            payloads.add(payload);
        }
        long batches = ((long) megabytes << 20) / ((long) payloadBytes * batch);
        long warmUp = batches / WARM_UP_SHARE;
        try (CometTarget target = new CometTarget(directory)) {
            target.appendBatches(payloads, warmUp);
            long start = System.nanoTime();
            target.appendBatches(payloads, batches);
            double seconds = (System.nanoTime() - start) / NANOS;
            long entries = batches * batch;
            return new Result()
                    .with("entriesPerSecond", entries / seconds)
                    .with("megabytesPerSecond", megabytes / seconds)
                    .with("intact", target.verify(payload))
                    .with("appended", entries + warmUp * batch);
        }
    }
}
