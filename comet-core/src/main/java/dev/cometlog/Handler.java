package dev.cometlog;

/// Handles what a group is delivered.
@FunctionalInterface
public interface Handler {
    /// Handles one delivery. Returning means success: its entries are acknowledged, unless `autoAck` is off.
    ///
    /// Whatever it throws is a failure: what it did not acknowledge comes again, at first after a while, then in
    /// smaller deliveries until the entry that fails is known; then the group's [Exhausted] choice is carried out.
    /// Deliveries of one shard come one after another, in order; those of different shards may come at the same
    /// time if `parallelism` is above 1.
    ///
    /// @throws StopProcessing to end `process` without an error
    /// @throws Exception any other means that the delivery failed
    void handle(Delivery delivery) throws Exception;
}
