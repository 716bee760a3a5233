/// Writes, seals, recovers, retains and reads the segments of a shard.
@NullMarked
package dev.cometlog.internal.log;

import org.jspecify.annotations.NullMarked;
