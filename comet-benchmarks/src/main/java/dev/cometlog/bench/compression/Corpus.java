package dev.cometlog.bench.compression;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Entries to append, in batches that come round again.
///
/// @param batches each of the same number of entries
/// @param bytes of all payloads once
record Corpus(String name, List<List<byte[]>> batches, long bytes) {
    private static final long SEED = Long.getLong("comet.seed", 42);
    private static final int LINE_FEED = '\n';

    static Corpus json(int batch, int bytes) {
        JsonLogs logs = new JsonLogs(SEED);
        List<byte[]> entries = new ArrayList<>();
        for (long total = 0; total < bytes; ) {
            entries.add(logs.next());
            total += entries.getLast().length;
        }
        return of("JSON records, seed " + SEED, entries, batch);
    }

    /// The lines of a file.
    static Corpus file(Path path, int batch) throws IOException {
        byte[] content = Files.readAllBytes(path);
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < content.length; at++) {
            if (content[at] == LINE_FEED) {
                lines.add(Arrays.copyOfRange(content, from, at));
                from = at + 1;
            }
        }
        return of(path.toString(), lines, batch);
    }

    private static Corpus of(String name, List<byte[]> entries, int batch) {
        List<List<byte[]>> batches = new ArrayList<>();
        long bytes = 0;
        for (int at = 0; at + batch <= entries.size(); at += batch) {
            batches.add(List.copyOf(entries.subList(at, at + batch)));
            bytes += batches.getLast().stream().mapToLong(entry -> entry.length).sum();
        }
        return new Corpus(name, List.copyOf(batches), bytes);
    }

    long batchBytes(int batch) {
        return batches.get(batch).stream().mapToLong(entry -> entry.length).sum();
    }

    long entries() {
        return (long) batches.size() * batches.getFirst().size();
    }
}
