package dev.cometlog.systemtests;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Payloads that say who appended them and can be computed again: worker, sequence number and filler.
final class Payloads {
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES;
    private static final int LARGEST_FILLER = 2000;
    private static final int LARGE_FILLER = 4000;

    private Payloads() {}

    /// What `worker` appends as its `sequence`-th entry.
    static byte[] of(int worker, long sequence) {
        Random random = new Random(worker * 31L + sequence * 1_000_003L);
        byte[] filler = new byte[random.nextInt(20) == 0 ? random.nextInt(LARGEST_FILLER) : random.nextInt(200)];
        random.nextBytes(filler);
        return ByteBuffer.allocate(HEADER_BYTES + filler.length)
                .putInt(worker)
                .putLong(sequence)
                .put(filler)
                .array();
    }

    /// The same with a filler of one size, so that a disk fills up at a known rate.
    static byte[] large(int worker, long sequence) {
        byte[] filler = new byte[LARGE_FILLER];
        Arrays.fill(filler, (byte) (worker * 31L + sequence));
        return ByteBuffer.allocate(HEADER_BYTES + filler.length)
                .putInt(worker)
                .putLong(sequence)
                .put(filler)
                .array();
    }

    static int worker(byte[] payload) {
        return ByteBuffer.wrap(payload).getInt();
    }

    static long sequence(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong(Integer.BYTES);
    }

    /// Whether every byte is what the worker that it names appended.
    static boolean isIntact(byte[] payload) {
        return payload.length >= HEADER_BYTES && Arrays.equals(payload, of(worker(payload), sequence(payload)));
    }
}
