package dev.cometlog.bench;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// Appends to one shard while something else goes on beside it.
final class SustainedCell {
    private static final int PAYLOAD_BYTES = 256;
    private static final long KEPT_BYTES = 256L << 20;

    private SustainedCell() {}

    /// Appends far more than the log keeps, so that each segment deletes another.
    static Result retaining(Path directory, int megabytes) {
        byte[] payload = AppendCell.payload(PAYLOAD_BYTES);
        long appends = ((long) megabytes << 20) / PAYLOAD_BYTES;
        try (Comet comet = Comet.open(
                directory, c -> c.retention(r -> r.maxShardBytes(KEPT_BYTES).minFreeBytes(0)))) {
            CometShard shard = comet.stream(CometTarget.STREAM, 1).shard(0);
            for (long i = 0; i < appends; i++) {
                long unused = shard.append(payload);
                assert unused >= 0;
            }
            long start = System.nanoTime();
            for (long i = 0; i < appends; i++) {
                long unused = shard.append(payload);
                assert unused >= 0;
            }
            double nanos = System.nanoTime() - start;
            Verified.require(2 * appends, shard.endOffset());
            Verified.require(1, shard.startOffset() > 0 ? 1 : 0);
            return new Result().with("nsPerEntry", nanos / appends);
        }
    }

    /// Reads behind a writer until everything was seen.
    static Result readBehind(Path directory, int megabytes) throws InterruptedException {
        byte[] payload = AppendCell.payload(PAYLOAD_BYTES);
        long appends = ((long) megabytes << 20) / PAYLOAD_BYTES;
        try (CometTarget target = new CometTarget(directory)) {
            AtomicBoolean written = new AtomicBoolean();
            AtomicLong seen = new AtomicLong();
            Thread reader = new Thread(() -> {
                long next = 0;
                while (!written.get() || next < appends) {
                    next = target.shard().scan(next, (offset, micros, memory, position, length) -> {
                        if (length == PAYLOAD_BYTES) {
                            seen.setPlain(seen.getPlain() + 1);
                        }
                        return true;
                    });
                }
            });
            reader.start();
            long start = System.nanoTime();
            for (long i = 0; i < appends; i++) {
                target.append(payload);
            }
            double appended = System.nanoTime() - start;
            written.set(true);
            reader.join();
            double read = System.nanoTime() - start;
            Verified.require(appends, seen.get());
            return new Result().with("nsPerEntry", appended / appends).with("readNsPerEntry", read / appends);
        }
    }

    /// Bytes on disk per entry beyond its payload, index included, in segments that are full.
    static Result disk(Path directory, int bytes, int batch) throws IOException {
        List<byte[]> payloads =
                Stream.generate(() -> AppendCell.payload(bytes)).limit(batch).toList();
        try (CometTarget target = new CometTarget(directory)) {
            for (long i = 0; i < (128L << 20) / ((long) bytes * batch); i++) {
                if (batch == 1) {
                    target.append(payloads.getFirst());
                } else {
                    target.appendBatch(payloads);
                }
            }
        }
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> segments = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
            Path last = segments.getLast();
            String name = last.getFileName().toString();
            long entries = Long.parseLong(name.substring(0, name.indexOf('.')));
            long total = 0;
            for (Path segment : segments.subList(0, segments.size() - 1)) {
                Path index = Path.of(segment.toString().replaceAll("\\.log$", ".index"));
                total += Files.size(segment) + (Files.exists(index) ? Files.size(index) : 0);
            }
            return new Result().with("overheadBytes", total / (double) entries - bytes);
        }
    }
}
