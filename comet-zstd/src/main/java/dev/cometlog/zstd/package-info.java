/// Zstandard as a codec of Comet's streams.
@NullMarked
package dev.cometlog.zstd;

import org.jspecify.annotations.NullMarked;
