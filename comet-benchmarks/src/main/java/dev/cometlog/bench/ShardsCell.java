package dev.cometlog.bench;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Appends to many shards in turn, one entry each.
final class ShardsCell {
    private static final int WARM_UP_SHARE = 5;

    private ShardsCell() {}

    static Result comet(Path directory, int shards, int bytes, int megabytes) throws Exception {
        try (Comet comet = CometTarget.open(directory)) {
            CometStream stream = comet.stream(CometTarget.STREAM, shards);
            List<CometShard> all = new ArrayList<>();
            for (int i = 0; i < shards; i++) {
                all.add(stream.shard(i));
            }
            Result result = run(all.size(), bytes, megabytes, (shard, payload) -> {
                long unused = all.get(shard).append(payload);
                assert unused >= 0;
            });
            long kept = 0;
            for (CometShard shard : all) {
                kept += shard.length();
            }
            Verified.require(appends(bytes, megabytes) + appends(bytes, megabytes) / WARM_UP_SHARE, kept);
            return result;
        }
    }

    static Result targets(String subject, Path directory, int shards, int bytes, int megabytes) throws Exception {
        List<Target> all = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            Path own = directory.resolve("shard-" + i);
            Files.createDirectories(own);
            all.add(Targets.open(subject, own));
        }
        Result result =
                run(shards, bytes, megabytes, (shard, payload) -> all.get(shard).append(payload));
        for (Target target : all) {
            target.close();
        }
        return result;
    }

    @FunctionalInterface
    private interface Appender {
        void append(int shard, byte[] payload) throws Exception;
    }

    private static long appends(int bytes, int megabytes) {
        return ((long) megabytes << 20) / bytes;
    }

    private static Result run(int shards, int bytes, int megabytes, Appender appender) throws Exception {
        byte[] payload = AppendCell.payload(bytes);
        long appends = appends(bytes, megabytes);
        round(appends / WARM_UP_SHARE, shards, payload, appender);
        long start = System.nanoTime();
        round(appends, shards, payload, appender);
        return new Result().with("nsPerEntry", (System.nanoTime() - start) / (double) appends);
    }

    private static void round(long appends, int shards, byte[] payload, Appender appender) throws Exception {
        int shard = 0;
        for (long i = 0; i < appends; i++) {
            appender.append(shard, payload);
            shard = shard + 1 == shards ? 0 : shard + 1;
        }
    }
}
