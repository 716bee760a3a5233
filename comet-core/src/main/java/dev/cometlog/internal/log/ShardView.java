package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;

/// What a reader needs of a shard; nothing here changes a file of a writer.
///
/// @param id which shard
/// @param state its state page
/// @param segments its segment files
public record ShardView(ShardId id, ShardPaths paths, Storage storage, ShardState state, Segments segments)
        implements Attended {

    /// Lets go of what was deleted, which takes room on the disk for as long as a reader has it mapped. Called where
    /// there is no writer in this process that does so.
    @Override
    public void tick(long nanoTime) {
        segments.trim(state.startOffset(), 0, ShardState.NO_SEGMENT, 1);
    }
}
