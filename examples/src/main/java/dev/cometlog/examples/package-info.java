/// Programs to start from. Each takes the log's directory as its first argument.
@NullMarked
package dev.cometlog.examples;

import org.jspecify.annotations.NullMarked;
