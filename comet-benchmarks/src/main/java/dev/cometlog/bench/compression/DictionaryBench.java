package dev.cometlog.bench.compression;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdDictTrainer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a dictionary trained from recent records would give to lone small ones: size and time of each record by itself
/// without and with dictionaries, and in batches without. Nothing is written. `DictionaryBench`
public final class DictionaryBench {
    private static final int LEVEL = 1;
    private static final int TRAINED_RECORDS = 10_000;
    private static final int TESTED_RECORDS = 20_000;

    private DictionaryBench() {}

    public static void main(String[] args) {
        JsonLogs logs = new JsonLogs(42);
        List<byte[]> samples = logs.next(TRAINED_RECORDS);
        List<byte[]> fresh = logs.next(TESTED_RECORDS);
        List<byte[]> otherDay = new JsonLogs(7).next(TESTED_RECORDS);
        System.out.println("| way | times smaller | compress ns/entry | expand ns/entry |");
        System.out.println("|---|---|---|---|");
        line("each alone", fresh, null, 1);
        for (int kib : new int[] {4, 16, 64}) {
            long begun = System.nanoTime();
            byte[] dictionary = train(samples, kib << 10);
            double millis = (System.nanoTime() - begun) / 1e6;
            line("each alone, dictionary of %d KiB (trained in %.0f ms)".formatted(kib, millis), fresh, dictionary, 1);
            line("the same, records of another day", otherDay, dictionary, 1);
        }
        line("batches of 10", fresh, null, 10);
        line("batches of 100", fresh, null, 100);
    }

    private static byte[] train(List<byte[]> samples, int bytes) {
        int total = samples.stream().mapToInt(sample -> sample.length).sum();
        ZstdDictTrainer trainer = new ZstdDictTrainer(total, bytes);
        samples.forEach(trainer::addSample);
        return trainer.trainSamples();
    }

    private static void line(String name, List<byte[]> records, byte @Nullable [] dictionary, int batch) {
        long raw = records.stream().mapToLong(record -> record.length).sum();
        long stored = 0;
        long compressNanos = Long.MAX_VALUE;
        long expandNanos = Long.MAX_VALUE;
        try (ZstdCompressCtx compressor = new ZstdCompressCtx();
                ZstdDecompressCtx expander = new ZstdDecompressCtx()) {
            compressor.setLevel(LEVEL);
            if (dictionary != null) {
                compressor.loadDict(new ZstdDictCompress(dictionary, LEVEL));
                expander.loadDict(new ZstdDictDecompress(dictionary));
            }
            byte[][] units = units(records, batch);
            byte[][] packed = new byte[units.length][];
            for (int round = 0; round < 5; round++) {
                stored = 0;
                long begun = System.nanoTime();
                for (int i = 0; i < units.length; i++) {
                    packed[i] = compressor.compress(units[i]);
                    // What does not shrink would be stored as it is.
                    stored += Math.min(packed[i].length, units[i].length);
                }
                compressNanos = Math.min(compressNanos, System.nanoTime() - begun);
                begun = System.nanoTime();
                for (int i = 0; i < units.length; i++) {
                    byte[] back = expander.decompress(packed[i], units[i].length);
                    if (back.length != units[i].length) {
                        throw new IllegalStateException("unit " + i + " is not what it was");
                    }
                }
                expandNanos = Math.min(expandNanos, System.nanoTime() - begun);
            }
            for (int i = 0; i < units.length; i++) {
                if (!Arrays.equals(expander.decompress(packed[i], units[i].length), units[i])) {
                    throw new IllegalStateException("unit " + i + " is not what it was");
                }
            }
        }
        System.out.printf(
                "| %s | %.1f | %d | %d |%n",
                name, (double) raw / stored, compressNanos / records.size(), expandNanos / records.size());
    }

    private static byte[][] units(List<byte[]> records, int batch) {
        byte[][] units = new byte[records.size() / batch][];
        for (int i = 0; i < units.length; i++) {
            ByteArrayOutputStream unit = new ByteArrayOutputStream();
            records.subList(i * batch, (i + 1) * batch).forEach(unit::writeBytes);
            units[i] = unit.toByteArray();
        }
        return units;
    }
}
