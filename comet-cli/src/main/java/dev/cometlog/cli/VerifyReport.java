package dev.cometlog.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Collects what a verification finds.
final class VerifyReport {
    private final List<Damage> damage = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private long shards;
    private long segments;
    private long entries;
    private long bytes;

    /// One damaged place; without a position it is the file as a whole.
    record Damage(Path path, OptionalLong position, String problem) {
        @Override
        public String toString() {
            return path + ": " + (position.isPresent() ? "position " + position.getAsLong() + ": " : "") + problem;
        }
    }

    /// Something worth a line that is no damage.
    record Note(Path path, String note) {
        @Override
        public String toString() {
            return path + ": " + note;
        }
    }

    /// All of it, as it stands.
    record Result(long shards, long segments, long entries, long bytes, List<Damage> damage, List<Note> notes) {}

    void damage(Path file, long position, String what) {
        damage.add(new Damage(file, OptionalLong.of(position), what));
    }

    void damage(Path file, String what) {
        damage.add(new Damage(file, OptionalLong.empty(), what));
    }

    void note(Path file, String what) {
        notes.add(new Note(file, what));
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

    List<Note> notes() {
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

    Result result() {
        return new Result(shards, segments, entries, bytes, List.copyOf(damage), List.copyOf(notes));
    }
}
