/// Delivers entries to groups of consumers, and keeps how far each group has come.
@NullMarked
package dev.cometlog.internal.consumer;

import org.jspecify.annotations.NullMarked;
