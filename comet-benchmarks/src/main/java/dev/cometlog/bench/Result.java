package dev.cometlog.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What a cell measured, in the order in which it was noted.
final class Result {
    private final Map<String, String> values = new LinkedHashMap<>();

    Result with(String key, double value) {
        values.put(key, String.format(Locale.ROOT, "%.3f", value));
        return this;
    }

    Result with(String key, long value) {
        values.put(key, Long.toString(value));
        return this;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
