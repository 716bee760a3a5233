package dev.cometlog.internal.consumer;

/// Handles one batch; what it throws means that the batch failed.
@FunctionalInterface
public interface BatchHandler {
    void handle(Batch batch) throws Exception;
}
