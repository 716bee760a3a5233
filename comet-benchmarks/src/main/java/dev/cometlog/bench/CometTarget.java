package dev.cometlog.bench;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// One shard of a log at default settings, but for bounds that keep all that a cell writes.
final class CometTarget implements Target {
    static final String STREAM = "bench:v1";
    private static final long KEPT_BYTES = 16L << 30;

    private final Comet comet;
    private final CometShard shard;

    CometTarget(Path directory) {
        this(directory, 0, 1);
    }

    CometTarget(Path directory, int shard, int shards) {
        comet = open(directory);
        this.shard = comet.stream(STREAM, shards).shard(shard);
    }

    static Comet open(Path directory) {
        return Comet.open(
                directory,
                c -> c.retention(r ->
                        r.maxShardBytes(KEPT_BYTES).maxTotalBytes(KEPT_BYTES).minFreeBytes(0)));
    }

    CometShard shard() {
        return shard;
    }

    @Override
    public void append(byte[] payload) {
        long unused = shard.append(payload);
        assert unused >= 0;
    }

    @Override
    public void appendBatch(List<byte[]> payloads) {
        long unused = shard.append(payloads);
        assert unused >= 0;
    }

    @Override
    public long read(boolean verified) {
        long[] entries = {0};
        long unused = shard.scan(
                0,
                verified ? Verify.CRC : Verify.NONE,
                (offset, micros, memory, position, length) -> {
                    entries[0]++;
                    return true;
                },
                GapVisitor.ignore());
        assert unused >= 0;
        return entries[0];
    }

    @Override
    public long intact(byte[] payload) {
        MemorySegment expected = MemorySegment.ofArray(payload);
        long[] intact = {0};
        long unused = shard.scan(0, (offset, micros, memory, position, length) -> {
            if (length == payload.length
                    && MemorySegment.mismatch(memory, position, position + length, expected, 0, length) < 0) {
                intact[0]++;
            }
            return true;
        });
        assert unused >= 0;
        return intact[0];
    }

    @Override
    public void close() {
        comet.close();
    }
}
