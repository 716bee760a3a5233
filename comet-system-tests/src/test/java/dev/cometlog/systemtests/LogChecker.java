package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Verify;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a whole log and compares it with what was acknowledged.
final class LogChecker {
    private final List<String> faults = new ArrayList<>();
    private final Map<String, byte[]> entries = new HashMap<>();

    /// What is wrong with the log; empty if every acknowledged id holds exactly its bytes, offsets are
    /// consecutive, and no entry is torn or there twice.
    static List<String> faults(Comet comet, int shards, List<Acks.Ack> acks) {
        return faults(comet, new long[shards], acks);
    }

    /// The same where retention may have deleted what lies below the start offsets.
    static List<String> faultsAboveStart(Comet comet, int shards, List<Acks.Ack> acks) {
        long[] starts = new long[shards];
        for (int number = 0; number < shards; number++) {
            starts[number] =
                    comet.stream(AppendingWorker.STREAM, shards).shard(number).startOffset();
        }
        return faults(comet, starts, acks);
    }

    private static List<String> faults(Comet comet, long[] starts, List<Acks.Ack> acks) {
        LogChecker checker = new LogChecker();
        for (int number = 0; number < starts.length; number++) {
            checker.read(
                    number, comet.stream(AppendingWorker.STREAM, starts.length).shard(number), starts[number]);
        }
        acks.stream().filter(ack -> ack.offset() >= starts[ack.shard()]).forEach(checker::check);
        return checker.faults;
    }

    private void read(int number, CometShard shard, long start) {
        Set<String> seen = new HashSet<>();
        long[] next = {start};
        long end = shard.endOffset();
        shard.scan(
                start,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    byte[] payload = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                    if (offset != next[0]) {
                        faults.add(shard + ": offset " + offset + " where " + next[0] + " was expected");
                    }
                    next[0] = offset + 1;
                    if (!Payloads.isIntact(payload)) {
                        faults.add(shard + "@" + offset + " holds " + length + " bytes that nobody appended");
                    } else if (!seen.add(Payloads.worker(payload) + ":" + Payloads.sequence(payload))) {
                        faults.add(shard + "@" + offset + " is there twice");
                    }
                    entries.put(number + "@" + offset, payload);
                    return true;
                },
                gap -> faults.add("gap " + gap));
        if (next[0] < end) {
            faults.add(shard + ": reading ended at " + next[0] + ", the end offset is " + end);
        }
    }

    private void check(Acks.Ack ack) {
        byte[] payload = entries.get(ack.shard() + "@" + ack.offset());
        if (payload == null) {
            faults.add(ack + " is lost");
        } else if (Payloads.worker(payload) != ack.worker() || Payloads.sequence(payload) != ack.sequence()) {
            faults.add(ack + " names the entry of worker " + Payloads.worker(payload));
        }
    }
}
