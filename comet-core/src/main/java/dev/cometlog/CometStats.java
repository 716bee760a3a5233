package dev.cometlog;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;

/// What a log holds and what has happened to it: log, streams, shards, groups. Get it from [Comet#stats()].
///
/// What is counted is counted in files that all processes share, so it tells what all of them did since the log
/// was made, whoever asks. A number may be a moment younger than the one beside it.
///
/// @param at when this was looked up
/// @param directory where the log is
/// @param disk what the log takes, and may take
/// @param processes who has the log open for writing, as far as that can be told
/// @param streams by name
public record CometStats(Instant at, Path directory, Disk disk, List<OfProcess> processes, List<OfStream> streams) {
    public CometStats {
        processes = List.copyOf(processes);
        streams = List.copyOf(streams);
    }

    /// The sum of something over all shards, such as `stats.sum(shard -> shard.appends().entries())`.
    public long sum(ToLongFunction<OfShard> of) {
        return streams.stream().mapToLong(stream -> stream.sum(of)).sum();
    }

    /// What the directory takes of the disk.
    ///
    /// @param allocatedBytes what all its files take, those prepared for later included, rounded up to blocks
    /// @param maxTotalBytes what they may take
    /// @param freeBytes what the filesystem has left
    /// @param minFreeBytes what has to be left: the log does not grow below that
    public record Disk(long allocatedBytes, long maxTotalBytes, long freeBytes, long minFreeBytes) {}

    /// A process that has the log open for writing.
    ///
    /// @param pid its number; in a container, its number there
    /// @param name the main class or jar
    /// @param started when it was started
    /// @param processId what [Comet#processId()] gave it, if it asked
    /// @param stopped whether it was stopped by a signal or a debugger, so that it does nothing at all
    public record OfProcess(long pid, String name, Optional<Instant> started, OptionalInt processId, boolean stopped) {}

    /// A stream.
    ///
    /// @param name its name
    /// @param shardCount how many shards it has
    /// @param shards those that were ever appended to, by number
    public record OfStream(String name, int shardCount, List<OfShard> shards) {
        public OfStream {
            shards = List.copyOf(shards);
        }

        /// The sum of something over the shards.
        public long sum(ToLongFunction<OfShard> of) {
            return shards.stream().mapToLong(of).sum();
        }
    }

    /// A shard. `endOffset = kept().entries() + gone().expired() + gone().dropped() + gone().lost()`.
    ///
    /// @param shard its number
    /// @param startOffset the oldest offset that is kept
    /// @param durableOffset below it everything survives power loss
    /// @param endOffset the next offset to be assigned
    /// @param poisoned whether a failed fsync keeps it from taking entries
    /// @param kept what is there
    /// @param appends what was appended
    /// @param syncs how it was made durable
    /// @param gone what is there no more
    /// @param compression what compression saved
    /// @param groups who consumes it, by name
    /// @param problem why the shard cannot be read; everything else says nothing then
    public record OfShard(
            int shard,
            long startOffset,
            long durableOffset,
            long endOffset,
            boolean poisoned,
            Kept kept,
            Appends appends,
            Syncs syncs,
            Gone gone,
            Compression compression,
            List<OfGroup> groups,
            Optional<String> problem) {
        public OfShard {
            groups = List.copyOf(groups);
        }
    }

    /// What a shard holds.
    ///
    /// @param entries how many entries, damaged ones included
    /// @param segments how many segment files
    /// @param bytes what all files of the shard take on the disk
    /// @param oldest when the oldest entry was appended
    /// @param newest when the newest entry was appended
    public record Kept(long entries, int segments, long bytes, Optional<Instant> oldest, Optional<Instant> newest) {}

    /// What was appended to a shard, by all processes since it was made.
    ///
    /// @param entries how many entries
    /// @param bytes what they took in the log, headers included
    /// @param batches calls of an append
    /// @param rolls segments that became the active one
    /// @param stalls appends that had to wait for a segment, for room or for offsets
    /// @param stallTime how long they waited, all together
    /// @param lockWaits how often a thread found the shard in use by another one and waited
    /// @param busy how often one gave that up after `appendTimeout`
    /// @param refused entries that were refused for want of room; of a shard that could not even be made, those of
    ///     processes that opened it later
    /// @param takeOvers how often somebody put right what a holder had left that died or failed inside
    /// @param recoveries how often it was decided what still holds, on the first use after everybody was gone
    public record Appends(
            long entries,
            long bytes,
            long batches,
            long rolls,
            long stalls,
            Duration stallTime,
            long lockWaits,
            long busy,
            long refused,
            long takeOvers,
            long recoveries) {}

    /// How a shard was made durable.
    ///
    /// @param count how many syncs
    /// @param failures how many failed
    /// @param time how long they took, all together
    /// @param longest how long the longest took
    /// @param histogram syncs by how long they took: below 2 µs, and each further one up to twice as long
    /// @param last when the last one ended
    public record Syncs(
            long count, long failures, Duration time, Duration longest, List<Long> histogram, Optional<Instant> last) {
        public Syncs {
            histogram = List.copyOf(histogram);
        }

        /// The time that a share of the syncs stayed below, right to a factor of 2; zero if there was none.
        ///
        /// @param share such as 0.99
        public Duration percentile(double share) {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("share must be above 0 and at most 1: share=" + share);
            }
            long total = histogram.stream().mapToLong(Long::longValue).sum();
            long wanted = (long) Math.ceil(total * share);
            long seen = 0;
            for (int i = 0; i < histogram.size(); i++) {
                seen += histogram.get(i);
                if (seen >= wanted && total > 0) {
                    Duration upper = Duration.ofNanos(2000L << i);
                    return upper.compareTo(longest) < 0 ? upper : longest;
                }
            }
            return Duration.ZERO;
        }
    }

    /// What is there no more, or cannot be read.
    ///
    /// @param expired entries that retention deleted after every group had read them, or that nothing protected
    /// @param dropped entries that a bound or `forceDeleteAfter` deleted before every group had read them
    /// @param lost offsets that a power loss or the loss of files left without an entry
    /// @param damaged entries that are kept and do not verify, as far as somebody met them who may write; as
    ///     they were counted when met, those that were deleted since are among them
    /// @param damagedPlaces in how many ranges
    public record Gone(long expired, long dropped, long lost, long damaged, long damagedPlaces) {}

    /// What compression saved.
    ///
    /// @param from bytes that a codec was given
    /// @param to what was stored of them
    /// @param time how long that took
    public record Compression(long from, long to, Duration time) {
        /// How many times smaller they became; 1 if none were given.
        public double ratio() {
            return to == 0 ? 1 : (double) from / to;
        }
    }

    /// What a group does with one shard.
    ///
    /// @param group its name
    /// @param ackedOffset everything below it is acknowledged, or not kept any more
    /// @param lagEntries offsets that are not acknowledged
    /// @param lagBytes what they take in the log, to within a few KiB
    /// @param lagAge how long ago the oldest of them was appended; zero if there is none
    /// @param acked entries that were acknowledged
    /// @param skipped entries that were given up and skipped
    /// @param deadLettered entries that were given up and appended to the dead letters
    /// @param failures how often a handler threw
    /// @param gaps offsets that could not be delivered
    /// @param lastAck about when something was last acknowledged
    /// @param reader who reads for it now, for people
    public record OfGroup(
            String group,
            long ackedOffset,
            long lagEntries,
            long lagBytes,
            Duration lagAge,
            long acked,
            long skipped,
            long deadLettered,
            long failures,
            Gaps gaps,
            Optional<Instant> lastAck,
            Optional<String> reader) {}

    /// Offsets that could not be delivered, by [Gap.Reason].
    public record Gaps(long retention, long drop, long damage, long powerLoss) {
        /// All of them.
        public long total() {
            return retention + drop + damage + powerLoss;
        }
    }
}
