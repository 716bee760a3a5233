package dev.cometlog.examples;

import dev.cometlog.Comet;
import dev.cometlog.CometStats;
import dev.cometlog.Overflow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// Streams that are kept for different times, within one bound for the whole directory.
public final class RetentionPerStream {
    private static final long MIB = 1 << 20;

    private RetentionPerStream() {}

    /// Opens a log with settings per stream and tells what they came to.
    ///
    /// @param args the log's directory
    public static void main(String[] args) {
        try (Comet comet = Comet.open(
                Path.of(args[0]),
                config -> config
                        // For every stream, and for all of them together.
                        .retention(all -> all.maxAge(Duration.ofHours(24)).maxTotalBytes(512 * MIB))
                        // Metrics come often and age fast: the oldest go when there are too many.
                        .retention(
                                "metrics:*",
                                metrics -> metrics.maxAge(Duration.ofHours(1))
                                        .maxShardBytes(16 * MIB)
                                        .overflow(Overflow.DROP_OLDEST))
                        // Audit records must not go unread: rather refuse new ones.
                        .retention(
                                "audit:*",
                                audit -> audit.maxAge(Duration.ofDays(30)).overflow(Overflow.REJECT)))) {
            byte[] payload = "something happened".getBytes(StandardCharsets.UTF_8);
            long _ = comet.stream("metrics:v1", 1).shard(0).append(payload);
            long _ = comet.stream("audit:v1", 1).shard(0).append(payload);
            // This happens by itself at every roll and every minute.
            comet.retain();
            for (CometStats.OfStream stream : comet.stats().streams()) {
                System.out.println(stream.name() + " keeps "
                        + stream.sum(shard -> shard.kept().entries()) + " entries");
            }
        }
    }
}
