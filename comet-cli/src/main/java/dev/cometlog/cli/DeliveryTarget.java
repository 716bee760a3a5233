package dev.cometlog.cli;

import dev.cometlog.Delivery;

/// Where a delivery goes.
@FunctionalInterface
interface DeliveryTarget {
    /// Takes the first `count` entries of a delivery; returning means that they may be acknowledged.
    ///
    /// @throws Exception if they must come again
    void take(Delivery delivery, int count) throws Exception;
}
