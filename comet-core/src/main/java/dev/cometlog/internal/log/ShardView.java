package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;

/// What a reader needs of a shard; nothing here changes a file of a writer.
///
/// @param id which shard
/// @param state its state page
/// @param segments its segment files
public record ShardView(ShardId id, ShardPaths paths, Storage storage, ShardState state, Segments segments) {}
