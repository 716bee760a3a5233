package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A directory's entries as they were when last forced, and each change since then.
///
/// In the order in which they were made: names hold random numbers, and a seed shall tell everything.
final class RememberedDirectory implements Remembered {
    private final Map<String, Remembered> present = new LinkedHashMap<>();
    private Map<String, Remembered> durable = new LinkedHashMap<>();
    private final List<Change> pending = new ArrayList<>();

    /// Takes away a name, gives one, or does both at once.
    private record Change(@Nullable String away, @Nullable String name, Remembered what) {
        void apply(Map<String, Remembered> entries) {
            if (away != null && what.equals(entries.get(away))) {
                entries.remove(away);
            }
            if (name != null) {
                entries.put(name, what);
            }
        }
    }

    Remembered get(String name) {
        Remembered found = present.get(name);
        if (found == null) {
            throw new AssertionError("not an entry that was made here: " + name);
        }
        return found;
    }

    void put(String name, Remembered what) {
        change(new Change(null, name, what));
    }

    void remove(String name) {
        change(new Change(name, null, get(name)));
    }

    void rename(String from, String to) {
        change(new Change(from, to, get(from)));
    }

    private void change(Change change) {
        change.apply(present);
        pending.add(change);
    }

    void force() {
        durable = new LinkedHashMap<>(present);
        pending.clear();
    }

    @Override
    public void cut(Random random, int sectorBytes, Storage target, Path into) throws IOException {
        Map<String, Remembered> left = new LinkedHashMap<>(durable);
        double chance = Remembered.chance(random);
        for (Change change : pending) {
            if (random.nextDouble() < chance) {
                change.apply(left);
            }
        }
        if (target.kind(into) == Storage.FileKind.ABSENT) {
            target.createDirectory(into);
        }
        for (Map.Entry<String, Remembered> entry : left.entrySet()) {
            entry.getValue().cut(random, sectorBytes, target, into.resolve(entry.getKey()));
        }
    }

    @Override
    public void writeBack(Random random) throws IOException {
        int changes = random.nextInt(pending.size() + 1);
        for (int i = 0; i < changes; i++) {
            pending.removeFirst().apply(durable);
        }
        for (Remembered child : present.values()) {
            if (child instanceof RememberedFile && random.nextInt(4) == 0) {
                child.writeBack(random);
            }
        }
    }
}
