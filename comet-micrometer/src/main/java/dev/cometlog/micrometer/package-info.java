/// Metrics of a log for Micrometer: [dev.cometlog.micrometer.CometMeterBinder].
@NullMarked
package dev.cometlog.micrometer;

import org.jspecify.annotations.NullMarked;
