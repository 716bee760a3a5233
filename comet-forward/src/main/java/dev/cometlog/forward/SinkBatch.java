package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Entry;
import java.util.Collections;
import java.util.List;

/// Entries of one shard, in order, on their way to a destination.
///
/// @param group the consumer group they are forwarded for
/// @param stream the stream they come from
/// @param shard the shard they come from
/// @param entries at least one; they lend their bytes until [Sink#send(SinkBatch)] returns
public record SinkBatch(String group, String stream, int shard, List<Entry> entries) {
    public SinkBatch {
        requireNonNull(group, "group");
        requireNonNull(stream, "stream");
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a batch has at least one entry");
        }
        entries = Collections.unmodifiableList(entries);
    }

    public int size() {
        return entries.size();
    }

    /// The bytes of all payloads.
    public long bytes() {
        long sum = 0;
        for (Entry entry : entries) {
            sum += entry.data().byteSize();
        }
        return sum;
    }

    /// The same outcome for every entry.
    public List<Outcome> all(Outcome outcome) {
        return Collections.nCopies(entries.size(), outcome);
    }
}
