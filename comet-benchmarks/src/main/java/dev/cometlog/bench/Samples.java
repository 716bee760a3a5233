package dev.cometlog.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What the rounds of one cell measured, by the names of its figures.
final class Samples {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(Map<String, Double> result) {
        result.forEach((key, value) -> {
            List<Double> all = values.computeIfAbsent(key, _ -> new ArrayList<>());
            all.add(value);
            all.sort(Double::compare);
        });
    }

    Set<String> keys() {
        return values.keySet();
    }

    int rounds() {
        return values.values().stream().mapToInt(List::size).max().orElse(0);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    double median(String key) {
        List<Double> sorted = values.getOrDefault(key, List.of());
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        int upper = sorted.size() / 2;
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(upper)) / 2;
    }

    /// Median, and lowest to highest if there was more than one round.
    String text(String key) {
        List<Double> sorted = values.getOrDefault(key, List.of());
        return switch (sorted.size()) {
            case 0 -> "-";
            case 1 -> rounded(sorted.getFirst());
            default ->
                "%s (%s..%s)".formatted(rounded(median(key)), rounded(sorted.getFirst()), rounded(sorted.getLast()));
        };
    }

    private static String rounded(double value) {
        if (value >= 100 || value == 0) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }
}
