package dev.cometlog.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Collects what a verification finds.
final class VerifyReport {
    private final List<Damage> damage = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long shards;
    private long segments;
    private long entries;
    private long bytes;

    /// One damaged place; position is -1 where it is the file as a whole.
    record Damage(Path file, long position, String what) {
        @Override
        public String toString() {
            return position < 0 ? file + ": " + what : file + ": position " + position + ": " + what;
        }
    }

    void damage(Path file, long position, String what) {
        damage.add(new Damage(file, position, what));
    }

    void damage(Path file, String what) {
        damage.add(new Damage(file, -1, what));
    }

    /// Something worth a line that is no damage.
    void note(Path file, String what) {
        notes.add(file + ": " + what);
    }

    void shard() {
        shards++;
    }

    void segment(long size) {
        segments++;
        bytes += size;
    }

    void entries(long count) {
        entries += count;
    }

    List<Damage> damage() {
        return damage;
    }

    List<String> notes() {
        return notes;
    }

    long shards() {
        return shards;
    }

    long segments() {
        return segments;
    }

    long entries() {
        return entries;
    }

    /// Bytes of all segment files.
    long bytes() {
        return bytes;
    }
}
