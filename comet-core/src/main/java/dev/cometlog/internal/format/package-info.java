/// Describes the bytes of every file, once, and depends on nothing else of ours: no file is opened here.
@NullMarked
package dev.cometlog.internal.format;

import org.jspecify.annotations.NullMarked;
