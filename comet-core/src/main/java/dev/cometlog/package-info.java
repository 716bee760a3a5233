/// An embedded, segmented, append-only log, shared by every process of a machine.
///
/// The types here and in `dev.cometlog.spi` are the whole public surface.
@NullMarked
package dev.cometlog;

import org.jspecify.annotations.NullMarked;
