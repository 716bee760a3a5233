package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.Seek;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.log.GroupFiles;
import dev.cometlog.internal.log.IoErrors;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.ShardFiles;
import dev.cometlog.internal.log.ShardView;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The group files that this process has open: one set for each open log, shared by its consumers.
final class Groups {
    private static final System.Logger LOG = System.getLogger(Groups.class.getName());

    /// How often a group is made that others delete meanwhile.
    private static final int ATTEMPTS = 10;

    /// Guarded by itself.
    private static final Map<Log, Groups> OPEN = new HashMap<>();

    private final Log log;

    /// Guarded by this.
    private final Map<Key, GroupProgress> open = new HashMap<>();

    /// Of groups that were deleted since: closed with the others, because somebody may still use them.
    private final List<GroupProgress> deleted = new ArrayList<>();

    private final Set<ProcessLoop> loops = ConcurrentHashMap.newKeySet();

    private int users; // guarded by OPEN

    private record Key(String stream, String group) {}

    private Groups(Log log) {
        this.log = log;
    }

    /// The set of a log; given back by [#leave()].
    static Groups of(Log log) {
        synchronized (OPEN) {
            Groups groups = OPEN.computeIfAbsent(log, Groups::new);
            groups.users++;
            return groups;
        }
    }

    void leave() {
        synchronized (OPEN) {
            if (--users == 0) {
                Groups _ = OPEN.remove(log);
                closeFiles();
            }
        }
    }

    /// The loops of all consumers of a log in this process.
    static List<ProcessLoop> loopsOf(Log log) {
        synchronized (OPEN) {
            Groups groups = OPEN.get(log);
            return groups == null ? List.of() : List.copyOf(groups.loops);
        }
    }

    void add(ProcessLoop loop) {
        loops.add(loop);
    }

    void remove(ProcessLoop loop) {
        loops.remove(loop);
    }

    private synchronized void closeFiles() {
        deleted.addAll(open.values());
        for (GroupProgress progress : deleted) {
            try {
                progress.file().close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "closing the files of group " + progress.group(), e);
            }
        }
        open.clear();
        deleted.clear();
    }

    /// The names of a stream's groups, sorted.
    List<String> names(LogStream stream) {
        try {
            return log.groupFiles().groups(stream.directory());
        } catch (IOException e) {
            throw IoErrors.typed("listing the groups of stream \"" + stream.name() + "\"", e);
        }
    }

    /// Deletes a group, so that its progress is forgotten and protects nothing; false if there is none.
    ///
    /// @throws CometException.LeaseHeld naming who reads for it
    synchronized boolean delete(LogStream stream, String group) {
        GroupProgress progress = find(stream, group).orElse(null);
        if (progress == null) {
            return false;
        }
        try {
            new GroupRemoval(log).delete(progress, path(stream, group));
        } catch (IOException e) {
            throw failure(stream, group, e);
        }
        return true;
    }

    /// Forgets a progress whose group was deleted, by whomever.
    private @Nullable GroupProgress alive(Key key) {
        GroupProgress known = open.get(key);
        if (known != null && known.isDeleted()) {
            open.remove(key);
            deleted.add(known);
            return null;
        }
        return known;
    }

    static Path path(LogStream stream, String group) {
        return GroupFiles.of(stream.directory(), group);
    }

    /// The group's progress in a stream, if the group exists there. Makes nothing.
    synchronized Optional<GroupProgress> find(LogStream stream, String group) {
        GroupProgress known = alive(new Key(stream.name(), group));
        if (known != null) {
            return Optional.of(known);
        }
        try {
            if (log.storage().kind(path(stream, group)) == Storage.FileKind.ABSENT) {
                return Optional.empty();
            }
            GroupProgress found = open(stream, group);
            return found.isDeleted() ? Optional.empty() : Optional.of(found);
        } catch (NoSuchFileException e) {
            // Deleted since it was looked for.
            return Optional.empty();
        } catch (IOException e) {
            throw failure(stream, group, e);
        }
    }

    /// The group's progress in a stream; registered there, from `start` on, if it is new.
    synchronized GroupProgress findOrCreate(LogStream stream, String group, Seek start) {
        Optional<GroupProgress> found = find(stream, group);
        if (found.isPresent()) {
            return found.get();
        }
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                create(stream, group, start);
                GroupProgress made = open(stream, group);
                if (!made.isDeleted()) {
                    return made;
                }
                // Its deleter was killed, or is just about to.
                new GroupRemoval(log).unlinkIfMarked(path(stream, group), stream.shardCount());
            }
            throw new CometException.IoFailure(
                    "group \"" + group + "\" of stream \"" + stream.name() + "\" is deleted again and again", null);
        } catch (IOException e) {
            throw failure(stream, group, e);
        }
    }

    private static CometException failure(LogStream stream, String group, IOException e) {
        return IoErrors.typed("opening group \"" + group + "\" of stream \"" + stream.name() + "\"", e);
    }

    private void create(LogStream stream, String group, Seek start) throws IOException {
        Path path = path(stream, group);
        ShardFiles.ensureDirectory(log.storage(), GroupFiles.directory(stream.directory()));
        byte[] bytes = GroupFileOpener.initial(stream, group, starts(stream, start));
        log.budget().reserve(bytes.length);
        boolean created = false;
        try {
            created = WholeFiles.create(log.storage(), path, bytes);
        } finally {
            if (!created) {
                // It failed, or another process was faster: the file is not ours.
                log.budget().release(bytes.length);
            }
        }
        if (created) {
            raiseToStart(stream, open(stream, group).file());
        }
    }

    private static long[] starts(LogStream stream, Seek start) {
        long[] starts = new long[stream.shardCount()];
        for (int shard = 0; shard < starts.length; shard++) {
            starts[shard] = view(stream, shard)
                    .map(view -> SeekTarget.resolve(view, start))
                    .orElse(0L);
        }
        return starts;
    }

    /// The shard, if it exists and can be opened: one that cannot keeps no group from the others, which then has
    /// everything of that shard before it.
    private static Optional<ShardView> view(LogStream stream, int shard) {
        try {
            return stream.view(shard);
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "shard " + shard + " of stream " + stream.name() + " cannot be opened; a new group begins at its"
                            + " earliest entry",
                    e);
            return Optional.empty();
        }
    }

    /// What expired before the group protected anything was never the group's: it is no gap to it.
    private static void raiseToStart(LogStream stream, GroupFile file) {
        for (int shard = 0; shard < stream.shardCount(); shard++) {
            long begin = view(stream, shard)
                    .map(view ->
                            Math.min(view.state().startOffset(), view.state().endOffset()))
                    .orElse(0L);
            long word = file.ackWord(shard);
            if (file.lease(shard) == 0 && GroupDescriptor.acked(word).orElse(begin) < begin) {
                var _ = file.casAckWord(shard, word, GroupDescriptor.ackWord(begin));
            }
        }
    }

    private synchronized GroupProgress open(LogStream stream, String group) throws IOException {
        Key key = new Key(stream.name(), group);
        GroupProgress known = alive(key);
        if (known != null) {
            return known;
        }
        Incarnations identity = log.identity();
        GroupFile file = new GroupFileOpener(log).open(stream, group, path(stream, group));
        GroupProgress progress = new GroupProgress(group, stream, file, identity);
        open.put(key, progress);
        return progress;
    }
}
