/// Knows which processes have the log open, which of them live, and which incarnation wrote what.
@NullMarked
package dev.cometlog.internal.process;

import org.jspecify.annotations.NullMarked;
