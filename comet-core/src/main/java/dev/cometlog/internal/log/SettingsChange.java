package dev.cometlog.internal.log;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Tells what differs between two states of some settings, for people: `maxAge PT4H -> PT1H, overflow REJECT -> BLOCK`.
final class SettingsChange {
    private static final String UNSET = "unset";

    private SettingsChange() {}

    static String of(StreamSettings before, StreamSettings after) {
        return of(texts(before), texts(after));
    }

    static String of(Map<String, String> before, Map<String, String> after) {
        Set<String> names = new LinkedHashSet<>(after.keySet());
        names.addAll(before.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                .map(name -> name + " " + before.getOrDefault(name, UNSET) + " -> " + after.getOrDefault(name, UNSET))
                .collect(Collectors.joining(", "));
    }

    private static Map<String, String> texts(StreamSettings settings) {
        Map<String, String> texts = new TreeMap<>();
        for (RecordComponent component : StreamSettings.class.getRecordComponents()) {
            try {
                texts.put(
                        component.getName(),
                        String.valueOf(component.getAccessor().invoke(settings)));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("StreamSettings." + component.getName() + " is public and only reads", e);
            }
        }
        return texts;
    }
}
