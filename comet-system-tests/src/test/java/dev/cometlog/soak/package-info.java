/// Harnesses that try to break the log for as long as one likes, and `./soak`, which runs them.
@NullMarked
package dev.cometlog.soak;

import org.jspecify.annotations.NullMarked;
