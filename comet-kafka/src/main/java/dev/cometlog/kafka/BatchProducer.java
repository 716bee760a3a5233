package dev.cometlog.kafka;

import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.SinkBatch;
import java.util.List;

/// A way to send batches: with transactions or without.
interface BatchProducer extends AutoCloseable {

    /// Sends a batch; see [dev.cometlog.forward.Sink#send(SinkBatch)].
    List<Outcome> send(SinkBatch batch) throws Exception;

    @Override
    void close();
}
