package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes `benchmarks.md` and its plots from the samples of all cells.
final class Report {
    private static final Map<String, String> SUBJECTS = Map.of(
            "comet", "Comet",
            "chronicle", "Chronicle Queue 2026.4",
            "kafka", "Kafka 4.4.0, log segment",
            "rocksdb", "RocksDB 11.8.1, WAL on",
            "lmdb", "LMDB, NOSYNC",
            "mvstore", "H2 MVStore 2.4.240",
            "mapped", "floor: mapped memory, pages ready, CRC32C",
            "sparse", "floor: mapped memory, sparse",
            "channel", "floor: FileChannel.write",
            "forced", "floor: FileChannel.write, forced every 100 ms");

    private final Map<CellSpec, Samples> samples;
    private final StringBuilder text = new StringBuilder();

    Report(Map<CellSpec, Samples> samples) {
        this.samples = samples;
    }

    void write(Path docs, String head) throws IOException {
        text.append("# Benchmarks\n\n").append(head).append('\n').append(TargetTable.of(samples));
        Set<String> sections =
                samples.keySet().stream().map(CellSpec::section).collect(Collectors.toCollection(LinkedHashSet::new));
        Path plots = Files.createDirectories(docs.resolve("benchmarks"));
        for (String section : sections) {
            text.append("## ").append(section).append("\n\n");
            table(section);
            if (section.equals(Plan.LONE)) {
                plots(plots);
            }
        }
        save(docs.resolve("benchmarks.md"), text.toString().stripTrailing() + "\n");
    }

    private void table(String section) {
        List<String> columns = new ArrayList<>();
        samples.forEach((spec, of) -> {
            if (spec.section().equals(section)) {
                of.keys().stream().filter(key -> !columns.contains(key)).forEach(columns::add);
            }
        });
        text.append("| what | ").append(String.join(" | ", columns)).append(" |\n|---|");
        text.append("---|".repeat(columns.size())).append('\n');
        samples.forEach((spec, of) -> {
            if (spec.section().equals(section)) {
                text.append("| ").append(label(spec)).append(" | ");
                text.append(
                                of.isEmpty()
                                        ? "not measured"
                                        : columns.stream().map(of::text).collect(Collectors.joining(" | ")))
                        .append(" |\n");
            }
        });
        text.append('\n');
    }

    private static String label(CellSpec spec) {
        String label = spec.label();
        int last = label.lastIndexOf(", ");
        String name = last < 0 ? null : SUBJECTS.get(label.substring(last + 2));
        return name == null ? label : label.substring(0, last + 2) + name;
    }

    private void plots(Path directory) throws IOException {
        Map<String, Map<String, Samples>> bySize = new LinkedHashMap<>();
        samples.forEach((spec, of) -> {
            if (spec.section().equals(Plan.LONE)) {
                String size = spec.arguments().get(2);
                bySize.computeIfAbsent(size, _ -> new LinkedHashMap<>())
                        .put(spec.arguments().get(1), of);
            }
        });
        for (Map.Entry<String, Map<String, Samples>> size : bySize.entrySet()) {
            String name = "append-" + size.getKey() + ".svg";
            String title = "Latency of a lone append of " + size.getKey() + " B";
            save(directory.resolve(name), Plot.of(title, size.getValue()));
            text.append("![").append(title).append("](benchmarks/").append(name).append(")\n\n");
        }
    }

    private static void save(Path file, String content) throws IOException {
        Path written = Files.writeString(file, content);
        assert written.equals(file);
    }
}
