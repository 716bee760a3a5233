/// The `comet` command: one class per command, each a thin layer over the public API.
@NullMarked
package dev.cometlog.cli;

import org.jspecify.annotations.NullMarked;
