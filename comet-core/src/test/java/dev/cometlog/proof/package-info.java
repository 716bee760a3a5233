/// What harnesses of every module use to show that they can fail.
@NullMarked
package dev.cometlog.proof;

import org.jspecify.annotations.NullMarked;
