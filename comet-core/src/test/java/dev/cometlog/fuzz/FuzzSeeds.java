package dev.cometlog.fuzz;

import dev.cometlog.internal.consumer.GroupSeeds;
import dev.cometlog.internal.format.TextSeeds;
import dev.cometlog.internal.log.SegmentSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Writes the corpus that a fuzzer starts from: intact bytes of each format, and some that are only just not.
///
/// Argument: the directory of the corpora, `src/test/resources/fuzz`. What fuzzers found lies beside them under other
/// names and stays.
public final class FuzzSeeds {
    private FuzzSeeds() {}

    public static void main(String[] arguments) throws IOException {
        Path corpora = Path.of(arguments[0]);
        write(corpora, SegmentSeeds.all());
        write(corpora, GroupSeeds.all());
        write(corpora, TextSeeds.all());
    }

    private static void write(Path corpora, Map<String, byte[]> seeds) throws IOException {
        for (Map.Entry<String, byte[]> seed : seeds.entrySet()) {
            Path file = corpora.resolve(seed.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, seed.getValue());
        }
    }
}
