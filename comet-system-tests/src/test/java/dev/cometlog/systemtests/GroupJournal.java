package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// What the members of a group did, as each noted it in a file of its own, and what was wrong with it.
///
/// Times are those of the machine's monotonic clock, which its processes share.
final class GroupJournal {
    private static final String SUFFIX = ";";

    private final int shards;
    private final List<Event> events;

    /// What a line says.
    enum Kind {
        /// A delivery came to a handler; the time is when.
        HANDLING,
        /// It is acknowledged; the time is right after.
        ACKED,
        /// Another member was handling a delivery of the shard.
        OVERLAP
    }

    /// One line: what was done with the entries from `from` up to, not including, `end`.
    record Event(Kind kind, int shard, long from, long end, long nanos) {
        Event acknowledged(long at) {
            return new Event(Kind.ACKED, shard, from, end, at);
        }

        /// In one write, so that a line is there whole or not at all.
        void appendTo(FileChannel journal) throws IOException {
            String line = kind + " " + shard + " " + from + " " + end + " " + nanos + SUFFIX + "\n";
            int _ = journal.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        }

        private static Event parse(String line) {
            String[] words = line.substring(0, line.length() - SUFFIX.length()).split(" ");
            return new Event(
                    Kind.valueOf(words[0]),
                    Integer.parseInt(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]));
        }
    }

    GroupJournal(int shards, List<Event> events) {
        this.shards = shards;
        this.events =
                events.stream().sorted(Comparator.comparingLong(Event::nanos)).toList();
    }

    /// All journals of a directory. A line that is still being written is left out.
    static GroupJournal read(int shards, Path directory) throws IOException {
        List<Event> events = new ArrayList<>();
        for (Path file : files(directory)) {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                if (line.endsWith(SUFFIX)) {
                    events.add(Event.parse(line));
                }
            }
        }
        return new GroupJournal(shards, events);
    }

    /// How much was noted so far.
    static long bytes(Path directory) throws IOException {
        long bytes = 0;
        for (Path file : files(directory)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }

    /// How many entries below the ends were never handled.
    long missing(long[] ends) {
        long missing = 0;
        for (int shard = 0; shard < shards; shard++) {
            BitSet handled = new BitSet();
            for (Event event : events) {
                if (event.shard() == shard && event.kind() == Kind.HANDLING) {
                    handled.set((int) event.from(), (int) event.end());
                }
            }
            missing += ends[shard] - handled.get(0, (int) ends[shard]).cardinality();
        }
        return missing;
    }

    /// How many entries were handled again.
    long handledAgain() {
        long again = 0;
        for (int shard = 0; shard < shards; shard++) {
            BitSet handled = new BitSet();
            for (Event event : events) {
                if (event.shard() == shard && event.kind() == Kind.HANDLING) {
                    again += handled.get((int) event.from(), (int) event.end()).cardinality();
                    handled.set((int) event.from(), (int) event.end());
                }
            }
        }
        return again;
    }

    /// What a group must never do: two members at one shard, entries handled again after they were acknowledged,
    /// entries passed over.
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            check(shard, faults);
        }
        return faults;
    }

    private void check(int shard, List<String> faults) {
        BitSet acked = new BitSet();
        long reached = 0;
        for (Event event : events) {
            if (event.shard() != shard) {
                continue;
            }
            switch (event.kind()) {
                case OVERLAP -> faults.add("two members at a shard: " + event);
                case ACKED -> acked.set((int) event.from(), (int) event.end());
                case HANDLING -> {
                    if (event.from() > reached) {
                        faults.add("entries from " + reached + " on were passed over: " + event);
                    }
                    if (!acked.get((int) event.from(), (int) event.end()).isEmpty()) {
                        faults.add("acknowledged, and handled again: " + event);
                    }
                    reached = Math.max(reached, event.end());
                }
            }
        }
    }
}
