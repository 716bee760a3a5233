package dev.cometlog.forward;

import java.util.List;

/// A destination: takes batches of entries and says what became of each.
///
/// Used by several threads at once; the batches of one shard come one after another, in order. A forwarder never
/// hands over a later entry of a shard before the outcome of the earlier ones is known, so a sink that keeps the
/// order within a call keeps it altogether.
public interface Sink extends AutoCloseable {

    /// Sends a batch and returns once it is known what became of each entry.
    ///
    /// The entries lend their bytes until it returns. The first entry that is not done decides what follows. If it
    /// is to be tried again, all that are not done come again after a wait, in their order. If it is rejected, they
    /// come again at once, in halves, until one that is rejected is alone: so a sink that knows only that something
    /// in the batch is refused rejects all of it.
    ///
    /// A thread that is interrupted is wanted back: return what is known by then, with the interrupt status set
    /// again and [Outcome.Retry] for the rest, or throw.
    ///
    /// @return an outcome for each entry, in their order
    /// @throws InterruptedException if interrupted; no entry counts as done then
    /// @throws Exception if nothing is known of any entry; all of them are tried again
    List<Outcome> send(SinkBatch batch) throws Exception;

    /// Gives up connections and files. Called once, after the last call of [#send(SinkBatch)] has returned.
    @Override
    default void close() {}
}
