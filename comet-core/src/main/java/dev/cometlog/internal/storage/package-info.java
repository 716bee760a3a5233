/// Touches the operating system for all the rest: files, mapping, locks, zero-fill and forcing to the device.
///
/// The one seam through which tests inject faults.
@NullMarked
package dev.cometlog.internal.storage;

import org.jspecify.annotations.NullMarked;
