package dev.cometlog.internal.log;

import java.util.concurrent.ArrayBlockingQueue;

/// Private buffers for encoding outside the lock. A pool rather than thread locals: virtual threads come by
/// the thousand, but only as many encode at once as there are cores.
final class EncoderPool {
    private static final int POOLED = 4;
    private static final int LARGEST_POOLED_BYTES = 1 << 20;

    private final ArrayBlockingQueue<BatchEncoder> encoders = new ArrayBlockingQueue<>(POOLED);
    private final ArrayBlockingQueue<byte[]> arrays = new ArrayBlockingQueue<>(POOLED);

    BatchEncoder take() {
        BatchEncoder pooled = encoders.poll();
        return pooled != null ? pooled : new BatchEncoder();
    }

    void put(BatchEncoder encoder) {
        if (encoder.retainedBytes() <= LARGEST_POOLED_BYTES) {
            encoders.offer(encoder);
        }
    }

    byte[] takeBytes(int length) {
        byte[] pooled = arrays.poll();
        return pooled != null && pooled.length >= length ? pooled : new byte[Math.max(length, 1024)];
    }

    void putBytes(byte[] bytes) {
        if (bytes.length <= LARGEST_POOLED_BYTES) {
            arrays.offer(bytes);
        }
    }
}
