package dev.cometlog.internal.log;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a process set of the settings that are stored with streams: it wins over what is stored when the process
/// opens a stream.
///
/// @param all for every stream
/// @param byPattern for those whose name matches, by pattern: the name itself, or its beginning with a `*` behind.
///     Of several that match, the later one wins.
public record ExplicitSettings(Map<String, String> all, Map<String, Map<String, String>> byPattern) {
    private static final String ANY = "*";

    public ExplicitSettings {
        all = Map.copyOf(all);
        byPattern = Collections.unmodifiableMap(new LinkedHashMap<>(byPattern));
    }

    /// What applies to one stream.
    SortedMap<String, String> of(String stream) {
        SortedMap<String, String> settings = new TreeMap<>(all);
        byPattern.forEach((pattern, values) -> {
            if (matches(pattern, stream)) {
                settings.putAll(values);
            }
        });
        return settings;
    }

    private static boolean matches(String pattern, String stream) {
        return pattern.endsWith(ANY)
                ? stream.startsWith(pattern.substring(0, pattern.length() - ANY.length()))
                : stream.equals(pattern);
    }

    /// These, with further ones that win.
    ExplicitSettings with(ExplicitSettings further) {
        Map<String, String> merged = new TreeMap<>(all);
        merged.putAll(further.all);
        Map<String, Map<String, String>> patterns = new LinkedHashMap<>(byPattern);
        further.byPattern.forEach((pattern, values) -> {
            Map<String, String> both = new TreeMap<>(patterns.getOrDefault(pattern, Map.of()));
            both.putAll(values);
            // Put anew, so that it comes last.
            patterns.remove(pattern);
            patterns.put(pattern, both);
        });
        return new ExplicitSettings(merged, patterns);
    }

    /// Refuses, by name, a value that cannot be.
    ///
    /// @throws IllegalArgumentException naming it
    public void check(int shards) {
        StreamSettings.of(shards, all);
        for (Map<String, String> values : byPattern.values()) {
            Map<String, String> merged = new TreeMap<>(all);
            merged.putAll(values);
            StreamSettings.of(shards, merged);
        }
    }
}
