package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Verify;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Reads a whole log and compares it with what was acknowledged.
final class LogChecker {
    private final List<String> faults = new ArrayList<>();

    /// Of each shard what was read, by the first offset.
    private final List<NavigableMap<Long, Run>> shards = new ArrayList<>();

    /// Who appended consecutive entries. A payload that is intact follows from its worker and sequence number, so these
    /// stand for the bytes.
    private static final class Run {
        private int[] workers = new int[1024];
        private long[] sequences = new long[1024];
        private int size;

        void add(int worker, long sequence) {
            if (size == workers.length) {
                workers = Arrays.copyOf(workers, 2 * size);
                sequences = Arrays.copyOf(sequences, 2 * size);
            }
            workers[size] = worker;
            sequences[size++] = sequence;
        }
    }

    /// What came of it.
    ///
    /// @param acknowledged how many entries were
    record Checked(long acknowledged, List<String> faults) {}

    /// What is wrong with the log; empty if every acknowledged id holds exactly its bytes, offsets are
    /// consecutive, and no entry is torn or there twice.
    static List<String> faults(Comet comet, int shards, List<Acks.Ack> acks) {
        return faults(comet, new long[shards], acks);
    }

    /// The same of all that was acknowledged in the files of a directory, and how many entries that is.
    static Checked check(Comet comet, int shards, Path acks) throws IOException {
        LogChecker checker = new LogChecker();
        checker.read(comet, new long[shards]);
        long[] count = {0};
        Acks.forEach(acks, ack -> {
            checker.check(ack);
            count[0]++;
        });
        return new Checked(count[0], checker.faults);
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
        checker.read(comet, starts);
        for (Acks.Ack ack : acks) {
            if (ack.offset() >= starts[ack.shard()]) {
                checker.check(ack);
            }
        }
        return checker.faults;
    }

    private void read(Comet comet, long[] starts) {
        for (int number = 0; number < starts.length; number++) {
            read(comet.stream(AppendingWorker.STREAM, starts.length).shard(number), starts[number]);
        }
    }

    private void read(CometShard shard, long start) {
        NavigableMap<Long, Run> runs = new TreeMap<>();
        shards.add(runs);
        Map<Integer, BitSet> seen = new HashMap<>();
        long[] next = {start};
        long end = shard.endOffset();
        Run[] run = {null};
        shard.scan(
                start,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    byte[] payload = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                    if (offset != next[0]) {
                        faults.add(shard + ": offset " + offset + " where " + next[0] + " was expected");
                        run[0] = null;
                    }
                    next[0] = offset + 1;
                    if (!Payloads.isIntact(payload)) {
                        faults.add(shard + "@" + offset + " holds " + length + " bytes that nobody appended");
                        run[0] = null;
                        return true;
                    }
                    int worker = Payloads.worker(payload);
                    int sequence = Math.toIntExact(Payloads.sequence(payload));
                    BitSet ofWorker = seen.computeIfAbsent(worker, _ -> new BitSet());
                    if (ofWorker.get(sequence)) {
                        faults.add(shard + "@" + offset + " is there twice");
                    }
                    ofWorker.set(sequence);
                    if (run[0] == null) {
                        run[0] = runs.computeIfAbsent(offset, _ -> new Run());
                    }
                    run[0].add(worker, sequence);
                    return true;
                },
                gap -> faults.add("gap " + gap));
        if (next[0] < end) {
            faults.add(shard + ": reading ended at " + next[0] + ", the end offset is " + end);
        }
    }

    private void check(Acks.Ack ack) {
        Map.Entry<Long, Run> run = shards.get(ack.shard()).floorEntry(ack.offset());
        long at = run == null ? -1 : ack.offset() - run.getKey();
        if (run == null || at >= run.getValue().size) {
            faults.add(ack + " is lost");
        } else if (run.getValue().workers[(int) at] != ack.worker()
                || run.getValue().sequences[(int) at] != ack.sequence()) {
            faults.add(ack + " names the entry of worker " + run.getValue().workers[(int) at]);
        }
    }
}
