package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Delivery;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Verify;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Does once what the workers of the tests do, so that the classes for it are known. Argument: log directory.
final class Rehearsal {
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int ENTRIES = 3000;

    private Rehearsal() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        for (int opens = 0; opens < 2; opens++) {
            try (Comet comet = Comet.open(
                            directory,
                            c -> c.segmentBytes(SEGMENT_BYTES).retention(r -> r.maxShardBytes(5L * SEGMENT_BYTES)));
                    CometConsumer consumer = comet.consumer("group")) {
                CometStream stream = comet.stream(AppendingWorker.STREAM, 2);
                CountDownLatch handled = new CountDownLatch(1);
                ConsumerTask _ = consumer.start(
                        (Delivery delivery) -> handled.countDown(),
                        ProcessOptions.builder()
                                .discoveryInterval(Duration.ofMillis(10))
                                .build());
                append(stream);
                handled.await();
                comet.sync();
            }
        }
    }

    private static void append(CometStream stream) {
        for (int sequence = 0; sequence < ENTRIES; sequence++) {
            CometShard shard = stream.shard(sequence % 2);
            long offset = shard.append(Payloads.of(1, sequence));
            long _ = shard.append(List.of(Payloads.of(2, sequence), Payloads.of(3, sequence)));
            long _ = shard.scan(offset, Verify.CRC, (at, micros, memory, position, length) -> true, gap -> {});
        }
    }
}
