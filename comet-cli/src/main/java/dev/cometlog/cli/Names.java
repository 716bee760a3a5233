package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometStream;
import dev.cometlog.internal.format.StreamName;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds what a user named, and says what it may have been if there is no such thing.
final class Names {
    private static final int MOST = 3;

    private Names() {}

    /// The stream of that name.
    ///
    /// @throws CometException.UnknownStream naming those that are called nearly so
    static CometStream stream(Comet comet, String name) {
        List<String> known = comet.streams();
        if (!known.contains(name)) {
            throw new CometException.UnknownStream("no stream is called \"" + name + "\"" + suggestion(name, known));
        }
        return comet.stream(name);
    }

    /// Checks that a stream has a shard, where one was asked for.
    ///
    /// @throws IllegalArgumentException naming those that it has
    static void shard(CometStream stream, @Nullable Integer shard) {
        if (shard != null) {
            var _ = stream.shard(shard);
        }
    }

    /// Checks that what was named as a stream, or as a shard by its full name, is there. A beginning of names that
    /// ends with `*` may match what is made later.
    ///
    /// @throws CometException.UnknownStream naming the streams that are called nearly so
    /// @throws CommandFailure naming the shards that are called nearly so
    static void streamOrShard(Comet comet, String name) {
        int separator = name.lastIndexOf(StreamName.SHARD_SEPARATOR);
        if (name.endsWith("*")) {
            return;
        }
        CometStream stream = stream(comet, separator < 0 ? name : name.substring(0, separator));
        if (separator >= 0) {
            List<String> shards = IntStream.range(0, stream.shardCount())
                    .mapToObj(shard -> StreamName.ofShard(stream.name(), shard))
                    .toList();
            if (!shards.contains(name)) {
                throw new CommandFailure("no shard is called \"" + name + "\"" + suggestion(name, shards));
            }
        }
    }

    /// What to say behind a message about a name that is not known: `; did you mean "a" or "b"?`, or nothing.
    static String suggestion(String name, Collection<String> known) {
        int most = Math.max(2, name.length() / 3);
        String wanted = name.toLowerCase(Locale.ROOT);
        List<String> near = known.stream()
                .filter(candidate -> isNear(wanted, candidate.toLowerCase(Locale.ROOT), most))
                .sorted(Comparator.<String>comparingInt(
                                candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
        if (!near.isEmpty()) {
            return near.stream().collect(Collectors.joining("\" or \"", "; did you mean \"", "\"?"));
        }
        return known.isEmpty() || known.size() > MOST
                ? ""
                : known.stream().sorted().collect(Collectors.joining("\", \"", "; there is \"", "\""));
    }

    private static boolean isNear(String wanted, String candidate, int most) {
        return candidate.startsWith(wanted) || distance(wanted, candidate) <= most;
    }

    /// How many letters have to be put in, taken out or replaced.
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
