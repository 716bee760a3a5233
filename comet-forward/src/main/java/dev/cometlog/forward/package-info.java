/// Sends what a log holds on to other systems.
///
/// A [dev.cometlog.forward.Forwarder] reads streams for a consumer group and hands batches to a
/// [dev.cometlog.forward.Sink], which says of every entry what became of it.
@NullMarked
package dev.cometlog.forward;

import org.jspecify.annotations.NullMarked;
