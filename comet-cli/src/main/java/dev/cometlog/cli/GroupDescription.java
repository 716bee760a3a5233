package dev.cometlog.cli;

import dev.cometlog.CometConsumer;
import dev.cometlog.Lag;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How far a group has come in each shard of a stream, and what it did there.
///
/// @param gaps offsets that could not be delivered
record GroupDescription(
        String stream, String group, long acked, long skipped, long deadLettered, long gaps, List<OfShard> shards) {

    /// In one shard.
    ///
    /// @param reader who reads for the group now, for people
    record OfShard(
            int shard,
            long ackedOffset,
            long endOffset,
            long lagEntries,
            long lagBytes,
            Duration lagAge,
            Optional<String> reader) {

        String line() {
            return shard + "\t" + ackedOffset + "\t" + endOffset + "\t" + lagEntries + "\t" + lagBytes + "\t"
                    + lagAge.toSeconds() + "\t" + reader.orElse("-");
        }
    }

    static GroupDescription of(CometConsumer consumer, String group, String stream) {
        Lag.Counts counts = consumer.counts(stream);
        List<OfShard> shards = consumer.lag(stream).shards().stream()
                .map(lag -> new OfShard(
                        lag.shard(),
                        lag.ackedOffset(),
                        lag.ackedOffset() + lag.entries(),
                        lag.entries(),
                        lag.bytes(),
                        lag.age(),
                        consumer.reader(stream, lag.shard())))
                .toList();
        return new GroupDescription(
                stream, group, counts.acked(), counts.skipped(), counts.deadLettered(), counts.gaps(), shards);
    }

    void print(Output output) {
        output.line(stream + ": acknowledged " + acked + ", skipped " + skipped + ", dead letters " + deadLettered
                + ", lost in gaps " + gaps);
        output.line("shard\tacked\tend\tbehind\tbytes\tseconds\treader");
        shards.forEach(shard -> output.line(shard.line()));
    }
}
