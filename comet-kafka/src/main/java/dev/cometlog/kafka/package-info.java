/// A destination for [dev.cometlog.forward.Forwarder]: Apache Kafka.
@NullMarked
package dev.cometlog.kafka;

import org.jspecify.annotations.NullMarked;
