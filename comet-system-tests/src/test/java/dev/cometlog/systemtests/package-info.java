/// Tests the promises from outside, with real files and real JVMs.
@NullMarked
package dev.cometlog.systemtests;

import org.jspecify.annotations.NullMarked;
