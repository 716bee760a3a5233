package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.log.LogPromises.GroupId;
import dev.cometlog.internal.log.LogPromises.GroupPromise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The groups of a log that loses its power: they poll and acknowledge at random, and what they have come to is
/// compared with what they were promised.
final class LogGroups {
    private static final List<String> GROUPS = List.of("audit", "büro nord");

    private final LogPromises promises;
    private final Random random;

    /// By group.
    private final Map<String, GroupConsumer> consumers = new LinkedHashMap<>();

    /// Those of processes that were killed.
    private final List<GroupConsumer> abandoned = new ArrayList<>();

    LogGroups(LogPromises promises, Random random) {
        this.promises = promises;
        this.random = random;
    }

    private GroupConsumer consumer(Log log, String group) {
        return consumers.computeIfAbsent(group, name -> new GroupConsumer(log, name));
    }

    /// Reads on in a stream, and acknowledges most of what comes.
    void poll(Log log, String stream) throws InterruptedException {
        String group = GROUPS.get(random.nextInt(GROUPS.size()));
        GroupPromise promise = promises.group(new GroupId(stream, group));
        if (!Boolean.TRUE.equals(promise.exists)) {
            promise.exists = null;
        }
        GroupConsumer consumer = consumer(log, group);
        Batch batch = consumer.poll(stream, 1 + random.nextInt(30), Duration.ZERO);
        promise.exists = true;
        if (batch.size() == 0 && batch.gaps().isEmpty()) {
            return;
        }
        if (random.nextInt(4) == 0) {
            consumer.rewind();
            return;
        }
        long end = batch.firstOffset() + batch.size();
        // In doubt until it returns; a crash in between may show it or not.
        promise.acked(batch.shard(), end);
        batch.ack();
    }

    /// Makes the acks of a group durable.
    void sync() {
        for (Map.Entry<String, GroupConsumer> consumer : consumers.entrySet()) {
            consumer.getValue().sync();
            promises.groups().forEach((id, promise) -> {
                if (id.group().equals(consumer.getKey()) && Boolean.TRUE.equals(promise.exists)) {
                    promise.synced();
                }
            });
        }
    }

    void delete(Log log) {
        for (Map.Entry<GroupId, GroupPromise> group : promises.groups().entrySet()) {
            if (Boolean.TRUE.equals(group.getValue().exists)) {
                close();
                group.getValue().exists = null;
                group.getValue().mayBeNew = true;
                GroupConsumer consumer = consumer(log, group.getKey().group());
                assertThat(consumer.delete(group.getKey().stream())).isTrue();
                group.getValue().exists = false;
                group.getValue().deleted();
                return;
            }
        }
    }

    /// Compares each group with what was promised.
    void check(Log log, boolean powerLost) throws IOException, InterruptedException {
        for (Map.Entry<GroupId, GroupPromise> group : promises.groups().entrySet()) {
            GroupId id = group.getKey();
            GroupPromise promise = group.getValue();
            LogStream stream = log.find(id.stream()).orElse(null);
            boolean exists =
                    stream != null && GroupConsumer.names(log, id.stream()).contains(id.group());
            assertThat(promise.exists).as("%s exists", id).isIn(exists, null);
            // What a failed call left in doubt is told by what is durable, not by what is seen.
            if (powerLost || promise.exists != null) {
                promise.exists = exists;
                if (!exists) {
                    // A deletion that the power cut in the middle was done all the same; the next group begins anew.
                    promise.deleted();
                }
            }
            if (stream != null && exists) {
                for (int shard = 0; shard < stream.shardCount(); shard++) {
                    checkAcks(log, stream, id, promise, shard, powerLost);
                }
                promise.mayBeNew &= !powerLost;
                if (random.nextInt(3) == 0) {
                    checkDelivery(log, stream, id, promise);
                }
            }
        }
    }

    private void checkAcks(Log log, LogStream stream, GroupId id, GroupPromise promise, int shard, boolean powerLost)
            throws IOException {
        AppendedBatches appended = promises.shard(stored(stream).shardId(shard));
        long found = acked(log, stream, id, shard);
        long known = powerLost ? promise.synced(shard) : promise.acked(shard);
        long atLeast = promise.mayBeNew ? 0 : known;
        assertThat(found)
                .as("acknowledged by %s in shard %d", id, shard)
                .isBetween(atLeast, Math.max(promise.most(shard, powerLost), appended.deletable()));
        long seen = Math.max(promise.most(shard, false), appended.deletable());
        if (found > seen) {
            assertThat(appended.offsetsFrom(seen))
                    .as("entries that %s never saw, of which a place that came back makes it skip some", id)
                    .allMatch(offset -> offset >= found);
        }
        promise.settle(shard, found, endOf(stream, shard), powerLost);
    }

    private long endOf(LogStream stream, int shard) {
        return promises.shards().containsKey(stored(stream).shardId(shard))
                ? stream.shard(shard).state().endOffset()
                : 0;
    }

    private static StoredStream stored(LogStream stream) {
        return new StoredStream(stream.name(), stream.directory(), stream.settings());
    }

    /// How far a group has come, as its file tells.
    static long acked(Log log, LogStream stream, GroupId id, int shard) throws IOException {
        StoredStream stored = stored(stream);
        return new GroupAcks(log.storage(), log.incarnations(), log.groupFiles())
                .groups(stored.shardId(shard), stored.shardPaths(shard)).stream()
                        .filter(ack -> ack.group().equals(id.group()))
                        .mapToLong(GroupAck::acked)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(id + " has no acks"));
    }

    /// Everything that was not acknowledged comes, and nothing else; no group is ahead of the end.
    private void checkDelivery(Log log, LogStream stream, GroupId id, GroupPromise promise)
            throws IOException, InterruptedException {
        GroupConsumer consumer = consumer(log, id.group());
        List<String> expected = new ArrayList<>();
        for (int shard = 0; shard < stream.shardCount(); shard++) {
            ShardId shardId = stored(stream).shardId(shard);
            if (promises.shards().containsKey(shardId)) {
                AppendedBatches appended = promises.shard(shardId);
                for (long offset : appended.offsetsFrom(Math.max(appended.deletable(), promise.acked(shard)))) {
                    expected.add(shard + "@" + offset);
                }
            }
        }
        List<String> delivered = new ArrayList<>();
        Batch batch;
        do {
            batch = consumer.poll(id.stream(), 1000, Duration.ZERO);
            for (int i = 0; i < batch.size(); i++) {
                delivered.add(batch.shard() + "@" + (batch.firstOffset() + i));
            }
            // Behind a gap of power loss nothing comes before that: it is wider than what may be unacknowledged.
            promise.acked(batch.shard(), batch.firstOffset() + batch.size());
            batch.ack();
        } while (batch.size() > 0 || !batch.gaps().isEmpty());
        assertThat(delivered).as("delivered to %s", id).doesNotHaveDuplicates().containsAll(expected);
        for (int shard = 0; shard < stream.shardCount(); shard++) {
            ShardId shardId = stored(stream).shardId(shard);
            if (promises.shards().containsKey(shardId)) {
                long end = stream.shard(shard).state().endOffset();
                long acked = acked(log, stream, id, shard);
                assertThat(acked).as("place of %s in shard %d", id, shard).isLessThanOrEqualTo(end);
                promise.settle(shard, acked, end, false);
            }
        }
    }

    /// As if the process had died.
    void abandon() {
        abandoned.addAll(consumers.values());
        consumers.clear();
    }

    void close() {
        consumers.values().forEach(GroupConsumer::close);
        abandoned.forEach(GroupConsumer::close);
        consumers.clear();
        abandoned.clear();
    }
}
