package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What cells measured so far, one line each, so that a run that was ended is gone on with.
final class KeptResults {
    private static final String COMMIT = "commit ";
    private static final char SEPARATOR = '\t';

    private final Path file;
    private final Map<String, List<Map<String, Double>>> results = new HashMap<>();

    /// @throws IllegalArgumentException if the file holds results of another commit
    KeptResults(Path file, String commit) throws IOException {
        this.file = file;
        if (!Files.exists(file)) {
            append(COMMIT + commit);
            return;
        }
        List<String> lines = Files.readAllLines(file);
        if (!lines.getFirst().equals(COMMIT + commit)) {
            throw new IllegalArgumentException(file + " holds results of " + lines.getFirst() + ", this is " + commit);
        }
        for (String line : lines.subList(1, lines.size())) {
            int separator = line.indexOf(SEPARATOR);
            add(line.substring(0, separator), CellRunner.parse(line.substring(separator + 1)));
        }
    }

    private void add(String cell, Map<String, Double> result) {
        results.computeIfAbsent(cell, _ -> new ArrayList<>()).add(result);
    }

    /// What the cell measured, oldest first.
    List<Map<String, Double>> of(CellSpec spec) {
        return results.getOrDefault(key(spec), List.of());
    }

    void keep(CellSpec spec, Map<String, Double> result) throws IOException {
        append(key(spec)
                + SEPARATOR
                + new LinkedHashMap<>(result)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(" ")));
        add(key(spec), result);
    }

    private static String key(CellSpec spec) {
        return String.join(" ", spec.arguments()) + " " + spec.memoryLimitMiB();
    }

    private void append(String line) throws IOException {
        Path written = Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        assert written.equals(file);
    }
}
