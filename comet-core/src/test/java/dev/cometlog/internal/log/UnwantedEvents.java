package dev.cometlog.internal.log;

import dev.cometlog.Comet;
import java.nio.file.Path;

/// A process that appends, rolls, syncs and opens again, for a look at what it loads for that.
final class UnwantedEvents {
    private UnwantedEvents() {}

    public static void main(String[] args) {
        for (int i = 0; i < 2; i++) {
            try (Comet comet = Comet.open(Path.of(args[0]), c -> c.segmentBytes(1 << 16))) {
                for (int j = 0; j < 200; j++) {
                    long _ = comet.stream("events:v1", 1).shard(0).append(new byte[1000]);
                }
                comet.sync();
            }
        }
    }
}
