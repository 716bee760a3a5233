package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;

/// The state page as one may read it who must change nothing.
///
/// A page of this boot is right whoever died. One from before the machine's last start, or of a shard that was copied,
/// has not been recovered yet: then a private copy is made that ends where the entries that verify end. It is
/// provisional: once somebody has recovered the shard, the page itself tells.
final class ReadOnlyState {
    private final Storage storage;
    private final BootId boot;
    private final ShardId id;
    private final ShardPaths paths;

    /// @param boot the present one
    ReadOnlyState(Storage storage, BootId boot, ShardId id, ShardPaths paths) {
        this.storage = storage;
        this.boot = boot;
        this.id = id;
        this.paths = paths;
    }

    /// @throws CometException.Damaged if there is no page, or none that is intact
    ShardState open(Segments segments) throws IOException {
        ShardState state = map();
        boolean copied = ShardFiles.isCopied(storage, paths, state);
        if (!copied && !isFromAnotherBoot(state)) {
            return state;
        }
        try {
            return recovered(state, segments, copied);
        } finally {
            state.close();
        }
    }

    private ShardState map() throws IOException {
        if (storage.kind(paths.state()) == Storage.FileKind.ABSENT) {
            throw new CometException.Damaged(paths.state(), "is missing; opening the log for writing rebuilds it");
        }
        try (StorageFile file = storage.open(paths.state(), Storage.Access.READ)) {
            if (file.size() == ShardState.PAGE_BYTES) {
                MappedFile page = file.map(ShardState.PAGE_BYTES, false);
                ShardState state = new ShardState(page);
                if (state.isIntact(id.streamHash(), id.shard(), id.shardCount())) {
                    return state;
                }
                page.close();
            }
        }
        throw new CometException.Damaged(paths.state(), "is damaged; opening the log for writing rebuilds it");
    }

    /// The end offset that the page itself tells, whatever of it is left.
    ///
    /// @throws CometException.Damaged if there is no page, or none that is intact
    long storedEnd() throws IOException {
        ShardState state = map();
        try {
            return state.endOffset();
        } finally {
            state.close();
        }
    }

    /// Whether the page still tells of an earlier boot or of the original, so that what [#open(Segments)] gives is
    /// a private copy.
    boolean isProvisional() throws IOException {
        ShardState state = map();
        try {
            return isFromAnotherBoot(state) || ShardFiles.isCopied(storage, paths, state);
        } finally {
            state.close();
        }
    }

    /// Where the system does not tell boots apart, a page is taken as it is; so is one that its maker is about to
    /// fill in.
    private boolean isFromAnotherBoot(ShardState state) {
        return state.epoch() != ShardFiles.NO_EPOCH && !boot.equals(BootId.UNKNOWN) && !boot.sameBoot(state.bootId());
    }

    private static ShardState recovered(ShardState state, Segments segments, boolean copied) throws IOException {
        TailWalk kept = new TailWalk(segments);
        Checkpoint checkpoint = state.checkpoint().orElse(null);
        if (copied) {
            kept.fromCopy();
        } else if (checkpoint == null) {
            kept.fromSegments();
        } else {
            kept.fromCheckpoint(checkpoint);
        }
        ShardState mine = state.privateCopy();
        mine.endOffset(kept.end());
        mine.durableOffset(Math.min(mine.durableOffset(), kept.end()));
        return mine;
    }
}
