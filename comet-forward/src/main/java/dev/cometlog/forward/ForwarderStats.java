package dev.cometlog.forward;

/// What a [Forwarder] has done since it was started.
///
/// @param sent entries that the destination confirmed
/// @param sentBytes their payloads
/// @param batches calls of the sink
/// @param retries calls of the sink that repeated entries
/// @param rejected entries that the destination refused for good
/// @param givenUp entries that were tried for longer than `maxElapsedTime`
/// @param skippedByAge entries that were older than `maxAge`
/// @param missing offsets that were lost before they could be sent
/// @param waiting batches that wait for their next attempt now
/// @param lastProblem what went wrong last; empty if nothing did
public record ForwarderStats(
        long sent,
        long sentBytes,
        long batches,
        long retries,
        long rejected,
        long givenUp,
        long skippedByAge,
        long missing,
        long waiting,
        String lastProblem) {}
