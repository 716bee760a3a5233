/// Measures appends, reads and acks, alone and beside peers, and checks the data that each run wrote.
@NullMarked
package dev.cometlog.bench;

import org.jspecify.annotations.NullMarked;
