package dev.cometlog.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;

/// What Comet is meant to reach, and whether it did: ratios of the medians of one run.
final class TargetTable {
    private static final String NANOS = "nsPerEntry";
    private static final String MILLIONS = "millionPerSecond";
    private static final String P50 = "p50.0";
    private static final String P999 = "p99.9";
    private static final String LONGEST = "p100.0";
    private static final String VERIFIED = "verifiedNs";
    private static final String UNVERIFIED = "unverifiedNs";
    private static final String ALLOCATED = "allocatedPerEntry";
    private static final double MILLISECOND = 1e6;
    private static final double MILLISECOND_IN_MICROS = 1e3;
    private static final int[] SIZES = {64, 256, 1024};

    private final Map<CellSpec, Samples> samples;
    private final List<String> rows = new ArrayList<>();

    private TargetTable(Map<CellSpec, Samples> samples) {
        this.samples = samples;
    }

    /// The table, or nothing if no target's cells were run.
    static String of(Map<CellSpec, Samples> samples) {
        List<String> rows = new TargetTable(samples).rows();
        return rows.isEmpty()
                ? ""
                : "## Targets\n\nWhy those that are missed are missed: [notes](benchmarks-notes.md).\n\n"
                        + "| what | figure | target | |\n|---|---|---|---|\n" + String.join("\n", rows) + "\n\n";
    }

    private List<String> rows() {
        for (int size : SIZES) {
            lone(size + " B");
        }
        for (int size : SIZES) {
            batch(size);
        }
        for (int size : SIZES) {
            read(size + " B");
        }
        processes();
        least("1024 shards beside 16, throughput", ratio(Plan.SHARDS, "16, comet", "1024, comet", NANOS), 0.8);
        most("ack, ns", get(Plan.CONSUMERS, "ack of one entry", "nsPerAck"), 50);
        most("ack, B allocated", get(Plan.CONSUMERS, "ack of one entry", "allocatedPerAck"), 0);
        most("process, B allocated per entry", get(Plan.CONSUMERS, "process, deliveries of 100", ALLOCATED), 48);
        most("visible in the same process, p50, µs", get(Plan.CONSUMERS, "visible in the same process", "p50us"), 50);
        most(
                "visible in another process, p50, ms",
                get(Plan.CONSUMERS, "visible in another process", "p50us") / MILLISECOND_IN_MICROS,
                1);
        most("disk, B beside a lone entry of 256 B", get(Plan.ROOM, "256 B, alone", "overheadBytes"), 12);
        most("disk, B beside an entry of 256 B in 100", get(Plan.ROOM, "256 B, batches of 100", "overheadBytes"), 2.5);
        most("disk, B beside an entry of 64 B in 100", get(Plan.ROOM, "64 B, batches of 100", "overheadBytes"), 2.5);
        most(
                "device, bytes written per byte of payload, full speed",
                get(Plan.ROOM, Plan.DEVICE, "devicePerPayload"),
                1.3);
        told("device, bytes written per byte of payload, 1 MB/s", get(Plan.ROOM, Plan.DEVICE_SLOW, "devicePerPayload"));
        beside();
        return rows;
    }

    private void beside() {
        double few = get(Plan.READS, Plan.SHORT_READ, VERIFIED);
        double many = get(Plan.READS, Plan.LONG_READ, VERIFIED);
        most("verified read of 10 000 000 entries, time by that of 10 000", many / few, 1.2);
        least(
                "process, deliveries of 1000, million entries a second",
                get(Plan.CONSUMERS, "process, deliveries of 1000", MILLIONS),
                20);
        most("the uncontended lock word, ns an append", get(Plan.BESIDE, Plan.LOCK_WORD, "nsPerAppend"), 15);
        most("reopening 4 GiB after a kill, ms", get(Plan.AGAIN, Plan.REOPEN, "reopenMs"), 150);
        most("taking over from a dead holder, ms", get(Plan.AGAIN, Plan.TAKE_OVER, "takeOverMs"), 10);
        most("256 open, idle shards, MiB of heap", get(Plan.ROOM, Plan.IDLE, "heapMiB"), 32);
        most("a consumer of 256 idle shards, % of a core", get(Plan.ROOM, Plan.IDLE, "idlePercent"), 1);
        told("16 shards inside a limit of 256 MiB, ns an entry", get(Plan.ROOM, Plan.LIMITED, NANOS));
    }

    private void lone(String size) {
        String comet = size + ", comet";
        String chronicle = size + ", chronicle";
        most("lone append, " + size + ", mean by Chronicle's", ratio(Plan.LONE, comet, chronicle, NANOS), 0.7);
        if (size.equals("256 B")) {
            most("lone append, 256 B, p50, ns", get(Plan.LONE, comet, P50), 130);
        }
        most("lone append, " + size + ", p99.9 by Chronicle's", ratio(Plan.LONE, comet, chronicle, P999), 0.5);
        most("lone append, " + size + ", longest, ms", get(Plan.LONE, comet, LONGEST) / MILLISECOND, 20);
        most("lone append, " + size + ", longest by Chronicle's", ratio(Plan.LONE, comet, chronicle, LONGEST), 0.5);
        most("lone append, " + size + ", B allocated", get(Plan.LONE, comet, "allocatedWithoutRoll"), 0);
    }

    private void batch(int size) {
        String label = "1000 × " + size + " B";
        String comet = label + ", comet";
        least(
                label + ", throughput by Chronicle's",
                ratio(Plan.BATCHES, comet, label + ", chronicle", MILLIONS),
                size == 1024 ? 1.3 : 2);
        least(
                label + ", throughput by that of FileChannel.write",
                ratio(Plan.BATCHES, comet, label + ", channel", MILLIONS),
                0.9);
        told(
                label + ", throughput by that of FileChannel.write, forced every 100 ms",
                ratio(Plan.BATCHES, comet, label + ", forced", MILLIONS));
    }

    private void read(String size) {
        double chronicle = get(Plan.READS, size + ", chronicle", UNVERIFIED);
        double verified = get(Plan.READS, size + ", comet", VERIFIED);
        double unverified = get(Plan.READS, size + ", comet", UNVERIFIED);
        double floor = get(Plan.READS, size + ", mapped", VERIFIED);
        if (size.equals("64 B")) {
            least("verified read, 64 B, speed by Chronicle's unverified", chronicle / verified, 1.2);
        }
        least("verified read, " + size + ", speed by that of the CRC floor", floor / verified, 0.7);
        least("unverified read, " + size + ", speed by Chronicle's", chronicle / unverified, 1.5);
    }

    private void processes() {
        least(
                "two processes, a shard each, by two independent floors",
                ratio(Plan.PROCESSES, "comet, two on a shard each", "mapped, two independent", MILLIONS),
                0.9);
        least(
                "two processes, a shard each, by one process",
                ratio(Plan.PROCESSES, "comet, two on a shard each", "comet, one process", MILLIONS),
                1.7);
        least(
                "two processes, one shard, by one process",
                ratio(Plan.PROCESSES, "comet, two on one shard", "comet, one process", MILLIONS),
                1.0);
    }

    /// Has no target but to be told.
    private void told(String what, double figure) {
        if (!Double.isNaN(figure)) {
            rows.add(String.format(Locale.ROOT, "| %s | %.2f | | |", what, figure));
        }
    }

    private double ratio(String section, String over, String under, String key) {
        return get(section, over, key) / get(section, under, key);
    }

    /// The median; not a number if the cell was not run.
    private double get(String section, String label, String key) {
        return samples.entrySet().stream()
                .filter(cell -> cell.getKey().section().equals(section)
                        && cell.getKey().label().equals(label))
                .mapToDouble(cell -> cell.getValue().median(key))
                .findFirst()
                .orElse(Double.NaN);
    }

    private void most(String what, double figure, double target) {
        add(what, figure, "at most", target, value -> value <= target);
    }

    private void least(String what, double figure, double target) {
        add(what, figure, "at least", target, value -> value >= target);
    }

    private void add(String what, double figure, String bound, double target, DoublePredicate isMet) {
        if (!Double.isNaN(figure)) {
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %s %s | %s |",
                    what,
                    figure,
                    bound,
                    target,
                    isMet.test(figure) ? "met" : "**missed**"));
        }
    }
}
