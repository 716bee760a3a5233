/// Other logs and stores behind the same interface. Compiled with the Maven profile `peers` alone.
@NullMarked
package dev.cometlog.bench.peers;

import org.jspecify.annotations.NullMarked;
