package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The open files of one shard: its state page, its segments and what makes and mends them.
final class ShardStorage {
    private final ShardContext context;
    private final ShardId id;
    private final ShardPaths paths;
    private final ShardState state;
    private final StorageFile stateFile;
    private final Segments segments;
    private final SegmentFactory factory;
    private final ShardRepair repair;

    private ShardStorage(ShardContext context, ShardId id, ShardPaths paths, ShardState state, StorageFile stateFile) {
        this.context = context;
        this.id = id;
        this.paths = paths;
        this.state = state;
        this.stateFile = stateFile;
        Storage storage = context.storage();
        this.segments = new Segments(storage, id, paths, context.budget());
        segments.watch(state);
        this.factory = new SegmentFactory(context, id, paths);
        this.repair = new ShardRepair(storage, id, paths, state, segments, factory);
    }

    /// Opens the files, makes the state page if there is none, and recovers the shard unless that was done in
    /// this epoch already.
    static ShardStorage open(ShardContext context, ShardId id, ShardPaths paths) throws IOException {
        ShardStorage opened = tryOpen(context, id, paths);
        if (opened != null && opened.state.epoch() == context.epoch()) {
            return opened;
        }
        if (opened != null) {
            opened.close();
        }
        try (var _ = ShardRecovery.claim(context, id)) {
            return openClaimed(context, id, paths);
        }
    }

    /// Like [#open(ShardContext, ShardId, ShardPaths)], by the only one who may do it.
    private static ShardStorage openClaimed(ShardContext context, ShardId id, ShardPaths paths) throws IOException {
        ShardStorage opened = tryOpen(context, id, paths);
        boolean stateLost = opened == null;
        if (opened == null) {
            refuseToRebuildUnderOthers(context, paths);
            ShardFiles.createState(context, id, paths);
            opened = tryOpen(context, id, paths);
            if (opened == null) {
                throw new CometException.Damaged(paths.state(), "the state page was just made and cannot be read");
            }
        }
        // A page without an epoch was made in place of a lost one, by a process that died before it had recovered.
        stateLost |= opened.state.epoch() == ShardFiles.NO_EPOCH;
        try {
            if (opened.state.epoch() == ShardFiles.NO_EPOCH) {
                refuseToRebuildUnderOthers(context, paths);
            }
            if (stateLost || opened.state.epoch() != context.epoch()) {
                new ShardRecovery(context, opened).recover(stateLost);
            }
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /// A process that has the lost page mapped goes on appending by it: a second page would hand out the same
    /// offsets. Where there are no segments yet there is nothing to have been lost.
    private static void refuseToRebuildUnderOthers(ShardContext context, ShardPaths paths) throws IOException {
        if (hasSegments(context.storage(), paths) && context.incarnations().anyoneElseAlive()) {
            throw new CometException.Damaged(
                    paths.state(),
                    "the state page is missing or damaged, and another process has the log open and may be using it;"
                            + " close the log in every process, then open it again: the page is rebuilt from the"
                            + " segments");
        }
    }

    private static boolean hasSegments(Storage storage, ShardPaths paths) throws IOException {
        return storage.kind(paths.directory()) == Storage.FileKind.DIRECTORY
                && storage.list(paths.directory()).stream()
                        .anyMatch(name -> ShardPaths.segmentBase(name).isPresent());
    }

    /// Null if there is no state page, or none that can be used.
    private static @Nullable ShardStorage tryOpen(ShardContext context, ShardId id, ShardPaths paths)
            throws IOException {
        Storage storage = context.storage();
        if (storage.kind(paths.state()) == Storage.FileKind.ABSENT) {
            return null;
        }
        StorageFile file = storage.open(paths.state(), Storage.Access.WRITE);
        try {
            if (file.size() == ShardState.PAGE_BYTES) {
                ShardState state = new ShardState(file.map(ShardState.PAGE_BYTES, true));
                if (state.isIntact(id.streamHash(), id.shard(), id.shardCount())) {
                    return new ShardStorage(context, id, paths, state, file);
                }
                state.close();
            }
            file.close();
            return null;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    ShardId id() {
        return id;
    }

    ShardPaths paths() {
        return paths;
    }

    ShardState state() {
        return state;
    }

    Segments segments() {
        return segments;
    }

    SegmentFactory factory() {
        return factory;
    }

    ShardRepair repair() {
        return repair;
    }

    Incarnations incarnations() {
        return context.incarnations();
    }

    ShardView view() {
        return new ShardView(id, paths, context.storage(), state, segments);
    }

    /// Makes the state page durable.
    void forceState() throws IOException {
        stateFile.force();
    }

    void close() {
        segments.close();
        state.close();
        try {
            stateFile.close();
        } catch (IOException e) {
            throw IoErrors.typed("closing " + id, e);
        }
    }
}
