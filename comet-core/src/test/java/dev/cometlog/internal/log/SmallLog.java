package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A small log as it lies on a disk: a sealed segment and an active one of a few KiB each, a group that has read a
/// part of them, and all the files around.
///
/// @param disk what is on it
/// @param entries what was appended, by offset
/// @param frameEnds where in its segment the batch of each entry ends
/// @param sealedEnd where the sealed segment ends and the active one starts
/// @param durable below it everything was forced
/// @param acked how far the group has come
record SmallLog(
        MemoryDisk disk,
        Path root,
        NavigableMap<Long, byte[]> entries,
        NavigableMap<Long, Long> frameEnds,
        long sealedEnd,
        long durable,
        long acked) {
    static final String STREAM = "events:v1";
    static final String GROUP = "group";
    static final BootId BOOT = new BootId(1, 2);
    static final CometConfig CONFIG =
            CometConfig.builder().segmentBytes(64 * 1024).build();
    private static final int LONE_ENTRIES = 30;

    /// How the log was left.
    enum Left {
        CLOSED,
        /// Its only process was killed.
        KILLED
    }

    static Log open(MemoryDisk disk, Path root, ManualTime time, BootId boot) {
        return new LogOpener(
                        new LogDirectory(root),
                        CONFIG,
                        new Machine(mode -> disk, time, () -> boot, (name, count) -> new DirectExecutor()))
                .open();
    }

    long end() {
        return entries.lastKey() + 1;
    }

    static SmallLog make(Path root, ManualTime time, Left left) throws IOException, InterruptedException {
        MemoryDisk disk = new MemoryDisk(root, time);
        Builder builder = new Builder(open(disk, root, time, BOOT));
        builder.fill("first");
        builder.shard.sync();
        time.advance(Duration.ofHours(2));
        builder.shard.tick(time.nanoTime());
        long sealedEnd = builder.shard.state().activeBase();
        builder.fill("second");
        builder.shard.sync();
        long durable = builder.shard.state().durableOffset();
        builder.lone("not forced");
        builder.batch("not forced either", 3);
        long acked = builder.consume();
        if (left == Left.CLOSED) {
            builder.log.close();
            durable = builder.entries.lastKey() + 1;
        } else {
            builder.log.incarnations().close();
        }
        return new SmallLog(disk, root, builder.entries, builder.positions, sealedEnd, durable, acked);
    }

    private static final class Builder {
        private final Log log;
        private final Shard shard;
        private final NavigableMap<Long, byte[]> entries = new TreeMap<>();
        private final NavigableMap<Long, Long> positions = new TreeMap<>();

        Builder(Log log) {
            this.log = log;
            this.shard = log.findOrCreate(STREAM, 1).shard(0);
        }

        void fill(String text) {
            for (int i = 0; i < LONE_ENTRIES; i++) {
                lone(text + " " + "x".repeat(i));
            }
            batch(text + " of a batch", 7);
            lone(text + " large " + "y".repeat(900));
            lone("");
            lone(text + " last");
        }

        void lone(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            note(shard.append(bytes, 0, bytes.length), List.of(bytes));
        }

        void batch(String text, int count) {
            List<byte[]> payloads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                payloads.add((text + " " + i).getBytes(StandardCharsets.UTF_8));
            }
            note(shard.appendBatch(payloads), payloads);
        }

        private void note(long offset, List<byte[]> payloads) {
            for (int i = 0; i < payloads.size(); i++) {
                entries.put(offset + i, payloads.get(i));
                // It starts where the one before ends.
                positions.put(offset + i, shard.state().writePosition());
            }
        }

        long consume() throws InterruptedException {
            GroupConsumer consumer = new GroupConsumer(log, GROUP);
            Batch batch = consumer.poll(STREAM, 20, Duration.ZERO);
            batch.ack();
            long acked = batch.firstOffset() + batch.size();
            consumer.close();
            return acked;
        }
    }
}
