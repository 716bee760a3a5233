package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;

/// An open stream: its shards, each opened when first needed.
public final class LogStream {
    private final StoredStream stored;
    private final ShardContext context;
    private final AtomicReferenceArray<Shard> shards;

    /// Of a log that was opened read-only, in place of `shards`.
    private final AtomicReferenceArray<ShardView> views;

    /// Shards of which a reader has a private page, because nobody has recovered them since the machine's start.
    private final Set<Integer> provisional = ConcurrentHashMap.newKeySet();

    private final List<ShardView> replaced = new ArrayList<>(); // guarded by this

    /// Entries that found no room while their shard could not even be opened, for want of it, by shard: counted there
    /// once it is open.
    private final AtomicLongArray refused;

    private final AppendSignal opened;

    private boolean closed; // guarded by this

    /// @param opened is raised when a shard was opened
    LogStream(StoredStream stored, ShardContext context, AppendSignal opened) {
        this.stored = stored;
        this.context = context;
        this.opened = opened;
        this.shards = new AtomicReferenceArray<>(stored.settings().shards());
        this.views = new AtomicReferenceArray<>(stored.settings().shards());
        this.refused = new AtomicLongArray(stored.settings().shards());
    }

    public String name() {
        return stored.name();
    }

    /// Where its files are.
    public Path directory() {
        return stored.directory();
    }

    /// Those in force now.
    public StreamSettings settings() {
        return context.settings();
    }

    public int shardCount() {
        return shards.length();
    }

    /// The shard as writers see it; made if it does not exist yet.
    ///
    /// @throws CometException.ReadOnly if the log was opened read-only
    public Shard shard(int number) {
        Shard open = shards.get(number);
        return open != null ? open : open(number);
    }

    /// Like [#shard(int)], for who appends so many entries to it.
    public Shard shardForAppend(int number, int entries) {
        try {
            return shard(number);
        } catch (CometException.LogFull | CometException.DiskFull e) {
            refused.addAndGet(number, entries);
            tellRefused(number);
            throw e;
        }
    }

    private void tellRefused(int number) {
        Shard open = shards.get(number);
        long entries = open == null ? 0 : refused.getAndSet(number, 0);
        if (open != null && entries > 0) {
            open.refused(entries);
        }
    }

    /// All of it on one thread that does I/O: opening takes dozens of calls, and to hand each over takes longer than
    /// most of them.
    private Shard open(int number) {
        try {
            return IoThreads.call(() -> openHere(number));
        } catch (IOException e) {
            throw IoErrors.typed("opening " + stored.shardId(number), e);
        }
    }

    private synchronized Shard openHere(int number) {
        Shard open = shards.get(number);
        if (open != null) {
            return open;
        }
        checkOpen();
        ShardId id = stored.shardId(number);
        if (context.config().readOnly()) {
            throw new CometException.ReadOnly(id + " belongs to a log that was opened read-only");
        }
        open = Shard.open(context, id, stored.shardPaths(number));
        shards.set(number, open);
        tellRefused(number);
        opened.raise();
        return open;
    }

    /// The shard as readers see it; empty if nothing was ever appended to it. Makes nothing.
    public Optional<ShardView> view(int number) {
        Shard open = shards.get(number);
        if (open != null) {
            return Optional.of(open.view());
        }
        ShardView view = views.get(number);
        if (view != null && !provisional.contains(number)) {
            return Optional.of(view);
        }
        try {
            return IoThreads.call(() -> openView(number));
        } catch (IOException e) {
            throw IoErrors.typed("opening " + stored.shardId(number), e);
        }
    }

    private synchronized Optional<ShardView> openView(int number) throws IOException {
        checkOpen();
        ShardPaths paths = stored.shardPaths(number);
        if (context.storage().kind(paths.directory()) == Storage.FileKind.ABSENT
                || (context.config().readOnly() && isBeingMade(paths))) {
            return Optional.empty();
        }
        if (!context.config().readOnly()) {
            return Optional.of(openHere(number).view());
        }
        ShardView view = views.get(number);
        ShardId id = stored.shardId(number);
        ReadOnlyState page = new ReadOnlyState(context.storage(), context.boot(), id, paths);
        if (view != null && (!provisional.contains(number) || page.isProvisional())) {
            return Optional.of(view);
        }
        if (view != null) {
            // Readers may still be at it.
            replaced.add(view);
        }
        Segments segments = new Segments(context.storage(), id, paths, null);
        if (page.isProvisional()) {
            provisional.add(number);
        } else {
            provisional.remove(number);
        }
        ShardState state = page.open(segments);
        segments.watch(state);
        view = new ShardView(id, paths, context.storage(), state, segments);
        views.set(number, view);
        return Optional.of(view);
    }

    /// Whether the shard's first writer has made the directory, but no state page and no segment in it yet.
    private boolean isBeingMade(ShardPaths paths) throws IOException {
        // The names are listed first: a page that appears in between was made before the first segment.
        boolean hasSegments = context.storage().list(paths.directory()).stream()
                .anyMatch(name -> ShardPaths.segmentBase(name).isPresent());
        return !hasSegments && context.storage().kind(paths.state()) == Storage.FileKind.ABSENT;
    }

    /// Takes over what this process has stored, whether or not it can be read now.
    void settings(StreamSettings stored) {
        context.live().take(stored);
        openShards().forEach(Shard::adoptSettings);
    }

    /// Takes over what any process has stored as the stream's settings.
    void refreshSettings() {
        context.live().refresh();
        openShards().forEach(Shard::adoptSettings);
    }

    /// Makes everything appended before to any shard, by any process, survive power loss.
    void sync() {
        for (int i = 0; i < shards.length(); i++) {
            if (shards.get(i) != null || hasUnsynced(i)) {
                shard(i).sync();
            }
        }
    }

    /// Whether a shard that is not open here needs a sync. A look at its state page is much cheaper than
    /// opening it.
    private boolean hasUnsynced(int number) {
        ShardId id = stored.shardId(number);
        ShardPaths paths = stored.shardPaths(number);
        try {
            if (context.storage().kind(paths.directory()) == Storage.FileKind.ABSENT) {
                return false;
            }
            if (context.storage().kind(paths.state()) == Storage.FileKind.ABSENT) {
                return true;
            }
            try (StorageFile file = context.storage().open(paths.state(), Storage.Access.READ)) {
                if (file.size() != ShardState.PAGE_BYTES) {
                    return true;
                }
                try (MappedFile page = file.map(ShardState.PAGE_BYTES, false)) {
                    ShardState state = new ShardState(page);
                    return !state.isIntact(id.streamHash(), id.shard(), id.shardCount())
                            || state.durableOffset() < state.endOffset();
                }
            }
        } catch (IOException e) {
            throw IoErrors.typed("reading " + paths.state(), e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new CometException.Closed("stream " + name());
        }
    }

    /// The shards that hold a segment, opened; what keeps one from being opened is told to `failed`.
    List<Shard> shardsOnDisk(BiConsumer<ShardId, Exception> failed) {
        List<Shard> found = new ArrayList<>();
        for (int i = 0; i < shards.length(); i++) {
            try {
                if (shards.get(i) != null || hasSegments(stored.shardPaths(i))) {
                    found.add(shard(i));
                }
            } catch (CometException.Closed e) {
                throw e;
            } catch (CometException | IOException e) {
                failed.accept(stored.shardId(i), e);
            }
        }
        return found;
    }

    private boolean hasSegments(ShardPaths paths) throws IOException {
        return context.storage().kind(paths.directory()) == Storage.FileKind.DIRECTORY
                && context.storage().list(paths.directory()).stream()
                        .anyMatch(name -> ShardPaths.segmentBase(name).isPresent());
    }

    /// A shard if this process has opened it for writing.
    Optional<Shard> openShard(int number) {
        return Optional.ofNullable(shards.get(number));
    }

    /// The shards that this process has opened for writing.
    List<Shard> openShards() {
        List<Shard> open = new ArrayList<>();
        for (int i = 0; i < shards.length(); i++) {
            Shard shard = shards.get(i);
            if (shard != null) {
                open.add(shard);
            }
        }
        return open;
    }

    /// The shards that this process, which opened the log read-only, has opened.
    List<ShardView> openViews() {
        List<ShardView> open = new ArrayList<>();
        for (int i = 0; i < views.length(); i++) {
            ShardView view = views.get(i);
            if (view != null) {
                open.add(view);
            }
        }
        return open;
    }

    /// Opens no more shards, and lets go of the views; the open shards are closed by the log.
    synchronized void close() {
        closed = true;
        for (int i = 0; i < views.length(); i++) {
            ShardView view = views.get(i);
            if (view != null) {
                close(view);
            }
        }
        replaced.forEach(LogStream::close);
    }

    private static void close(ShardView view) {
        view.segments().close();
        view.state().close();
    }
}
