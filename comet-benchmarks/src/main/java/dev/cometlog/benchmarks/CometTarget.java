package dev.cometlog.benchmarks;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// One shard of a log at default settings, but for bounds that keep all that a cell writes.
final class CometTarget implements Target {
    private static final long KEPT_BYTES = 16L << 30;

    private final Comet comet;
    private final CometShard shard;

    CometTarget(Path directory) {
        comet = open(directory);
        shard = comet.stream("bench:v1", 1).shard(0);
    }

    static Comet open(Path directory) {
        return Comet.open(
                directory,
                c -> c.retention(r ->
                        r.maxShardBytes(KEPT_BYTES).maxTotalBytes(KEPT_BYTES).minFreeBytes(0)));
    }

    @Override
    public void append(byte[] payload) {
        long unused = shard.append(payload);
        assert unused >= 0;
    }

    void appendBatches(List<byte[]> payloads, long times) {
        for (long i = 0; i < times; i++) {
            long unused = shard.append(payloads);
            assert unused >= 0;
        }
    }

    @Override
    public long verify(byte[] payload) {
        MemorySegment expected = MemorySegment.ofArray(payload);
        long[] intact = {0};
        shard.scan(
                0,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    if (length == payload.length
                            && MemorySegment.mismatch(memory, position, position + length, expected, 0, length) < 0) {
                        intact[0]++;
                    }
                    return true;
                },
                GapVisitor.ignore());
        return intact[0];
    }

    @Override
    public void close() {
        comet.close();
    }
}
