package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.jspecify.annotations.Nullable;

/// Chronicle Queue: `writeBytes` for each entry; it has no batches and no checksums.
final class ChronicleTarget implements Target {
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Bytes<?> bytes = Bytes.allocateElasticOnHeap();

    ChronicleTarget(Path directory) {
        queue = SingleChronicleQueueBuilder.binary(directory.toFile()).build();
        appender = queue.createAppender();
    }

    @Override
    public void append(byte[] payload) {
        bytes.clear();
        bytes.write(payload);
        appender.writeBytes(bytes);
    }

    @Override
    public void appendBatch(List<byte[]> payloads) {
        for (int i = 0; i < payloads.size(); i++) {
            append(payloads.get(i));
        }
    }

    @Override
    public long read(boolean verified) {
        return visit(null);
    }

    @Override
    public long intact(byte[] payload) {
        return visit(payload);
    }

    private long visit(byte @Nullable [] expected) {
        long entries = 0;
        Bytes<?> read = Bytes.allocateElasticOnHeap();
        byte[] copy = new byte[expected == null ? 0 : expected.length];
        try (ExcerptTailer tailer = queue.createTailer()) {
            while (tailer.readBytes(read.clear())) {
                if (expected != null && (read.readRemaining() != copy.length || read.read(copy) != copy.length)) {
                    continue;
                }
                if (expected == null || Arrays.equals(expected, copy)) {
                    entries++;
                }
            }
        }
        return entries;
    }

    @Override
    public void close() {
        appender.close();
        queue.close();
    }
}
