package dev.cometlog.bench.compression;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometShard;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.ShardCounters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Appends batches of log records with several codecs in turn, one thread, and prints what they take on disk and how
/// much input one core compresses and appends in a second.
///
/// `CompressionBench DIRECTORY SECONDS ROUNDS [FILE…]`: seconds per cell and round; rounds are interleaved, medians are
/// printed. Every cell reads back what it wrote and compares it.
public final class CompressionBench {
    private static final int BATCH = 100;
    private static final int CORPUS_BYTES = 16 << 20;
    private static final long KEPT_BYTES = 256L << 20;
    private static final List<String> CODECS = List.of("none", "zstd:-1", "zstd:1", "zstd:3", "zstd:9");

    /// What one cell of one round came to.
    private record Sample(double ratio, double cpuRate, double wallRate, double codecRate, double readRate) {}

    private CompressionBench() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        long nanos = (long) (Double.parseDouble(args[1]) * 1e9);
        int rounds = Integer.parseInt(args[2]);
        List<Corpus> corpora = new ArrayList<>(List.of(Corpus.json(BATCH, CORPUS_BYTES)));
        for (String file : List.of(args).subList(3, args.length)) {
            corpora.add(Corpus.file(Path.of(file), BATCH));
        }
        for (Corpus corpus : corpora) {
            System.out.printf(
                    "%n%s: %d entries of %.0f bytes on average, batches of %d%n",
                    corpus.name(), corpus.entries(), (double) corpus.bytes() / corpus.entries(), BATCH);
            System.out.println(
                    "| codec | times smaller | input MB per core second | input MB/s | codec alone, MB/s | read MB/s |");
            System.out.println("|---|---|---|---|---|---|");
            Map<String, List<Sample>> samples = new LinkedHashMap<>();
            for (int round = -1; round < rounds; round++) {
                for (String codec : CODECS) {
                    Sample sample = cell(directory, corpus, codec, nanos);
                    if (round >= 0) {
                        samples.computeIfAbsent(codec, name -> new ArrayList<>())
                                .add(sample);
                    }
                }
            }
            samples.forEach((codec, all) -> System.out.printf(
                    "| %s | %.1f | %.0f | %.0f | %.0f | %.0f |%n",
                    codec,
                    median(all, Comparator.comparingDouble(Sample::ratio)).ratio(),
                    median(all, Comparator.comparingDouble(Sample::cpuRate)).cpuRate(),
                    median(all, Comparator.comparingDouble(Sample::wallRate)).wallRate(),
                    median(all, Comparator.comparingDouble(Sample::codecRate)).codecRate(),
                    median(all, Comparator.comparingDouble(Sample::readRate)).readRate()));
        }
    }

    private static Sample median(List<Sample> samples, Comparator<Sample> by) {
        return samples.stream().sorted(by).toList().get(samples.size() / 2);
    }

    private static Sample cell(Path parent, Corpus corpus, String codec, long nanos) throws IOException {
        Path directory = Files.createTempDirectory(parent, "compression");
        String[] parts = codec.split(":", -1);
        int level = parts.length > 1 ? Integer.parseInt(parts[1]) : 1;
        try (Comet comet = Comet.open(
                directory,
                c -> c.codec(parts[0])
                        .codecLevel(level)
                        .retention(r -> r.maxShardBytes(KEPT_BYTES).minFreeBytes(0)))) {
            CometShard shard = comet.stream("bench:v1", 1).shard(0);
            long cpu = ManagementFactory.getThreadMXBean()
                    .getThreadCpuTime(Thread.currentThread().threadId());
            long begun = System.nanoTime();
            long input = 0;
            int batches = 0;
            while (System.nanoTime() - begun < nanos) {
                List<byte[]> batch =
                        corpus.batches().get(batches++ % corpus.batches().size());
                var _ = shard.append(batch);
                input += batch.stream().mapToLong(entry -> entry.length).sum();
            }
            double wall = System.nanoTime() - begun;
            double used = ManagementFactory.getThreadMXBean()
                            .getThreadCpuTime(Thread.currentThread().threadId())
                    - cpu;
            double readRate = check(shard, corpus);
            double codecRate = (double) counter(directory, ShardCounters.Counter.COMPRESSED_FROM)
                    / Math.max(1, counter(directory, ShardCounters.Counter.COMPRESS_NANOS))
                    * 1000;
            return new Sample(
                    (double) input / bytes(directory), input / used * 1000, input / wall * 1000, codecRate, readRate);
        } finally {
            delete(directory);
        }
    }

    /// Bytes of all bodies, as the state page counts them.
    static long bytes(Path directory) {
        return counter(directory, ShardCounters.Counter.BYTES);
    }

    private static long counter(Path directory, ShardCounters.Counter counter) {
        Log log = Logs.open(directory, CometConfig.builder().readOnly(true).build());
        try {
            return log.find("bench:v1")
                    .orElseThrow()
                    .view(0)
                    .orElseThrow()
                    .state()
                    .counters()
                    .get(counter);
        } finally {
            Logs.close(log);
        }
    }

    /// Reads everything that is kept, compares it, and returns the MB of payload per second.
    private static double check(CometShard shard, Corpus corpus) {
        long begun = System.nanoTime();
        long[] read = {0};
        var _ = shard.scan(
                shard.startOffset(),
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    List<byte[]> batch = corpus.batches()
                            .get((int) (offset / BATCH % corpus.batches().size()));
                    byte[] expected = batch.get((int) (offset % BATCH));
                    if (length != expected.length
                            || memory.asSlice(position, length).mismatch(MemorySegment.ofArray(expected)) >= 0) {
                        throw new IllegalStateException("offset " + offset + " is not what was appended");
                    }
                    read[0] += length;
                    return true;
                },
                GapVisitor.ignore());
        return (double) read[0] / (System.nanoTime() - begun) * 1000;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
