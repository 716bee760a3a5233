package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.jspecify.annotations.Nullable;

/// Kafka's log layer in this process: record batches appended to log segments, without a broker.
final class KafkaTarget implements Target {
    private static final int SEGMENT_BYTES = 1 << 30;

    private final Path directory;
    private final List<LogSegment> segments = new ArrayList<>();
    private long next;

    KafkaTarget(Path directory) throws IOException {
        this.directory = directory;
        roll();
    }

    private LogSegment roll() throws IOException {
        LogSegment segment =
                LogSegment.open(directory.toFile(), next, new LogConfig(Map.of()), Time.SYSTEM, SEGMENT_BYTES, false);
        segments.add(segment);
        return segment;
    }

    @Override
    public void append(byte[] payload) throws IOException {
        append(new SimpleRecord(System.currentTimeMillis(), payload));
    }

    @Override
    public void appendBatch(List<byte[]> payloads) throws IOException {
        SimpleRecord[] records = new SimpleRecord[payloads.size()];
        long now = System.currentTimeMillis();
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(now, payloads.get(i));
        }
        append(records);
    }

    private void append(SimpleRecord... entries) throws IOException {
        MemoryRecords records = MemoryRecords.withRecords(next, Compression.NONE, entries);
        LogSegment segment = segments.getLast();
        if (segment.size() + records.sizeInBytes() > SEGMENT_BYTES) {
            segment = roll();
        }
        segment.append(next + entries.length - 1, records);
        next += entries.length;
    }

    @Override
    public long read(boolean verified) throws IOException {
        return visit(null, verified);
    }

    @Override
    public long intact(byte[] payload) throws IOException {
        return visit(ByteBuffer.wrap(payload), true);
    }

    private long visit(@Nullable ByteBuffer expected, boolean verified) throws IOException {
        long entries = 0;
        for (LogSegment segment : segments) {
            for (var batch : segment.log().batches()) {
                if (verified) {
                    batch.ensureValid();
                }
                for (Record entry : batch) {
                    if (expected == null || expected.equals(entry.value())) {
                        entries++;
                    }
                }
            }
        }
        return entries;
    }

    @Override
    public void close() throws IOException {
        for (LogSegment segment : segments) {
            segment.close();
        }
    }
}
