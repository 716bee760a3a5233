package dev.cometlog.internal.log;

import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.format.SegmentHeader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Writes what a [SmallLog] holds, always the same, and notes which bytes have which offset and where they lie.
final class SmallLogWriter {
    /// A group that has read a part of the first segment, and one that has read everything.
    static final String GROUP = "group";

    static final String GROUP_AHEAD = "ahead";

    private static final int LONE_ENTRIES = 30;

    /// Two of them fill half of a segment, so that the next one is prepared.
    private static final int LARGE_BYTES = 15_500;

    private final Shard shard;
    private final GroupConsumer some;
    private final GroupConsumer ahead;
    private final ManualTime time;
    private final NavigableMap<Long, byte[]> entries = new TreeMap<>();
    private final NavigableMap<Long, SmallLog.Frame> frames = new TreeMap<>();
    private final Map<String, Long> acked = new TreeMap<>();
    private final Map<String, Long> ackedBefore = new TreeMap<>();
    private long appends;
    private long durable;
    private long tornBatch;

    SmallLogWriter(Log log, ManualTime time) {
        this.time = time;
        this.shard = log.findOrCreate(SmallLog.STREAM, 1).shard(0);
        this.some = new GroupConsumer(log, GROUP);
        this.ahead = new GroupConsumer(log, GROUP_AHEAD);
    }

    /// Two segments, of which the first is sealed and the second forced but for its last entries.
    void write() throws InterruptedException {
        fill("first");
        shard.sync();
        time.advance(Duration.ofHours(2));
        shard.tick(time.nanoTime());
        fill("second");
        lone("z".repeat(LARGE_BYTES));
        lone("Z".repeat(LARGE_BYTES));
        lone("forced");
        consume(some, 10);
        ackedBefore.putAll(acked);
        shard.sync();
        durable = shard.state().durableOffset();
        lone("not forced");
        lone("nor this");
        tornBatch = batch("not forced either ".repeat(25), 3);
        lone("the last one");
        consume(some, 10);
        consume(ahead, Integer.MAX_VALUE);
    }

    /// The append that the process dies in.
    void writeUnpublished() {
        long _ = batch("never published", 2);
    }

    private void fill(String text) {
        for (int i = 0; i < LONE_ENTRIES; i++) {
            lone(text + " " + "x".repeat(i));
        }
        long _ = batch(text + " of a batch", 7);
        lone(text + " large " + "y".repeat(900));
        lone("");
        lone(text + " last");
    }

    private void lone(String text) {
        int from = position();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        note(shard.append(bytes, 0, bytes.length), List.of(bytes), from);
    }

    private long batch(String text, int count) {
        int from = position();
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            payloads.add((text + " " + i).getBytes(StandardCharsets.UTF_8));
        }
        long offset = shard.appendBatch(payloads);
        note(offset, payloads, from);
        return offset;
    }

    private int position() {
        return (int) shard.state().writePosition();
    }

    private void note(long offset, List<byte[]> payloads, int from) {
        appends++;
        SmallLog.Frame frame =
                new SmallLog.Frame(shard.state().activeBase(), Math.max(from, SegmentHeader.LENGTH), position());
        for (int i = 0; i < payloads.size(); i++) {
            entries.put(offset + i, payloads.get(i));
            frames.put(offset + i, frame);
        }
    }

    private void consume(GroupConsumer consumer, int count) throws InterruptedException {
        Batch batch = consumer.poll(SmallLog.STREAM, count, Duration.ZERO);
        batch.ack();
        acked.put(consumer.group(), batch.firstOffset() + batch.size());
    }

    /// Until then they are members that hold leases.
    void closeConsumers() {
        some.close();
        ahead.close();
    }

    NavigableMap<Long, byte[]> entries() {
        return new TreeMap<>(entries);
    }

    NavigableMap<Long, SmallLog.Frame> frames() {
        return new TreeMap<>(frames);
    }

    Map<String, Long> acked() {
        return new TreeMap<>(acked);
    }

    /// How far groups had come at the last sync.
    Map<String, Long> ackedBefore() {
        return new TreeMap<>(ackedBefore);
    }

    /// How many appends there were, batches counted once.
    long appends() {
        return appends;
    }

    long end() {
        return entries.lastKey() + 1;
    }

    long durable() {
        return durable;
    }

    /// The first offset of a batch that was not forced, in which a whole sector lies.
    long tornBatch() {
        return tornBatch;
    }
}
