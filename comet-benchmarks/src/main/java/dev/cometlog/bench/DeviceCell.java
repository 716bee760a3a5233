package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Bytes that reach the device for each byte of payload, as the kernel counts sectors: whatever else the machine
/// writes to it meanwhile counts too.
final class DeviceCell {
    private static final int PAYLOAD_BYTES = 256;
    private static final int BATCH = 100;
    private static final int SECTOR = 512;
    private static final int SECTORS_WRITTEN = 6;
    private static final int MINOR_BITS = 8;
    private static final int MINOR_LOW = 0xff;
    private static final int MINOR_HIGH_SHIFT = 12;
    private static final int MAJOR_MASK = 0xfff;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private DeviceCell() {}

    /// Appends batches at most so fast, and syncs at the end.
    ///
    /// @param bytesPerSecond 0 for as fast as it goes
    static Result run(Path directory, int megabytes, int bytesPerSecond) throws IOException {
        List<byte[]> payloads = Stream.generate(() -> AppendCell.payload(PAYLOAD_BYTES))
                .limit(BATCH)
                .toList();
        long batches = ((long) megabytes << 20) / ((long) PAYLOAD_BYTES * BATCH);
        long payload = batches * PAYLOAD_BYTES * BATCH;
        Path counters = counters(directory);
        long before = sectors(counters);
        long start = System.nanoTime();
        try (CometTarget target = new CometTarget(directory)) {
            for (long i = 0; i < batches; i++) {
                target.appendBatch(payloads);
                if (bytesPerSecond > 0) {
                    long due = start + (i + 1) * PAYLOAD_BYTES * BATCH * NANOS_PER_SECOND / bytesPerSecond;
                    while (System.nanoTime() - due < 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                }
            }
        }
        return new Result().with("devicePerPayload", (sectors(counters) - before) * SECTOR / (double) payload);
    }

    private static Path counters(Path directory) throws IOException {
        long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
        long major = (device >>> MINOR_BITS) & MAJOR_MASK;
        long minor = (device & MINOR_LOW) | ((device >>> MINOR_HIGH_SHIFT) & ~MINOR_LOW);
        return Path.of("/sys/dev/block/" + major + ":" + minor + "/stat");
    }

    private static long sectors(Path counters) throws IOException {
        return Long.parseLong(Files.readString(counters).strip().split(" +")[SECTORS_WRITTEN]);
    }
}
