package dev.cometlog.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Which cells a run consists of, in the order in which a round runs them: subjects of one row of work stand next to
/// each other, so that what disturbs the machine disturbs them alike.
final class Plan {
    static final String LONE = "Lone appends";
    static final String BATCHES = "Batches";
    static final String READS = "Sequential reads";
    static final String PROCESSES = "Two processes, 64 B";
    static final String SHARDS = "Many shards, 256 B in turn";
    static final String CONSUMERS = "Consumers, 64 B";
    static final String BESIDE = "Something else beside the appends, 256 B";
    static final String AGAIN = "Going on after a kill";
    static final String ROOM = "Memory and disk";

    static final String SHORT_READ = "64 B, comet, 10 000 entries";
    static final String LONG_READ = "64 B, comet, 10 000 000 entries";
    static final String LOCK_WORD = "the uncontended lock word";
    static final String REOPEN = "open a log of 4 GiB";
    static final String TAKE_OVER = "take over from a dead holder";
    static final String IDLE = "256 open, idle shards";
    static final String LIMITED = "16 shards inside a limit of 256 MiB";
    static final String DEVICE = "256 B, batches of 100, at full speed";
    static final String DEVICE_SLOW = "256 B, batches of 100, 1 MB/s";

    private static final int[] SIZES = {64, 256, 1024};
    private static final List<String> FLOORS = List.of("mapped", "sparse", "channel");
    private static final String FORCED = "forced";
    private static final List<String> SHORT_PEERS = List.of("chronicle");
    private static final List<String> ALL_PEERS = List.of("chronicle", "kafka", "rocksdb", "lmdb", "mvstore");
    private static final int SHARDED_BYTES = 256;
    private static final int LARGEST_BATCH = 1000;
    private static final int COMMITTING_SHARE = 32;

    private final boolean full;
    private final boolean peers;
    private final List<CellSpec> cells = new ArrayList<>();

    private Plan(boolean full, boolean peers) {
        this.full = full;
        this.peers = peers;
    }

    static List<CellSpec> of(boolean full, boolean peers) {
        return new Plan(full, peers).cells();
    }

    /// Those cells of the full set that the targets are about, so that what one run keeps is good for the other.
    static List<CellSpec> targets(boolean peers) {
        return of(true, peers).stream().filter(Plan::isAboutTarget).toList();
    }

    private static boolean isAboutTarget(CellSpec cell) {
        String label = cell.label();
        return switch (cell.section()) {
            case LONE -> isOf(label, "comet", "chronicle");
            case BATCHES -> label.startsWith("1000 × ") && isOf(label, "comet", "chronicle", "channel", FORCED);
            case READS -> isOf(label, "comet", "chronicle", "mapped", "entries");
            case PROCESSES -> !label.equals("mapped, one process");
            case SHARDS -> label.equals("16, comet") || label.equals("1024, comet");
            case BESIDE -> label.equals(LOCK_WORD);
            case AGAIN -> label.equals(REOPEN) || label.equals(TAKE_OVER);
            default -> true;
        };
    }

    private static boolean isOf(String label, String... subjects) {
        return Stream.of(subjects).anyMatch(label::endsWith);
    }

    private List<CellSpec> cells() {
        appends();
        reads();
        processes();
        shards();
        consumers();
        beside();
        again();
        room();
        return cells;
    }

    private List<String> subjects() {
        List<String> subjects = new ArrayList<>(List.of("comet"));
        if (peers) {
            subjects.addAll(full ? ALL_PEERS : SHORT_PEERS);
        }
        subjects.addAll(FLOORS);
        return subjects;
    }

    private void add(String section, String label, Object... arguments) {
        cells.add(CellSpec.of(section, label, arguments));
    }

    private void appends() {
        int megabytes = full ? 1024 : 192;
        for (int size : SIZES) {
            for (String subject : subjects()) {
                add(LONE, size + " B, " + subject, "append", subject, size, 1, megabytes);
            }
        }
        for (int batch : full ? new int[] {10, 100, LARGEST_BATCH} : new int[] {LARGEST_BATCH}) {
            for (int size : SIZES) {
                for (String subject : subjects()) {
                    batch(subject, size, batch, megabytes);
                }
                // A file that is never written back is spared a part of the work, on the other core.
                batch(FORCED, size, batch, megabytes);
            }
        }
    }

    private void batch(String subject, int size, int batch, int megabytes) {
        // A commit writes two pages at least: a gigabyte in tens of 64 B would take half an hour.
        int enough = subject.equals("mvstore") && batch < LARGEST_BATCH ? megabytes / COMMITTING_SHARE : megabytes;
        add(BATCHES, batch + " × " + size + " B, " + subject, "append", subject, size, batch, enough);
    }

    private void reads() {
        int entries = full ? 2_000_000 : 500_000;
        for (int size : full ? SIZES : new int[] {64}) {
            for (String subject : subjects()) {
                add(READS, size + " B, " + subject, "read", subject, size, entries);
            }
        }
        add(READS, SHORT_READ, "read", "comet", 64, 10_000);
        add(READS, LONG_READ, "read", "comet", 64, 10_000_000);
    }

    private void processes() {
        int seconds = full ? 5 : 2;
        add(PROCESSES, "comet, one process", "pair", "comet", 1, true, 64, seconds);
        add(PROCESSES, "comet, two on one shard", "pair", "comet", 2, true, 64, seconds);
        add(PROCESSES, "comet, two on a shard each", "pair", "comet", 2, false, 64, seconds);
        add(PROCESSES, "mapped, one process", "pair", "mapped", 1, false, 64, seconds);
        add(PROCESSES, "mapped, two independent", "pair", "mapped", 2, false, 64, seconds);
        if (peers) {
            add(PROCESSES, "chronicle, one process", "pair", "chronicle", 1, true, 64, seconds);
            add(PROCESSES, "chronicle, two on one queue", "pair", "chronicle", 2, true, 64, seconds);
        }
    }

    private void shards() {
        int megabytes = full ? 1024 : 256;
        for (int shards : full ? new int[] {1, 16, 256, 1024} : new int[] {1, 16, 256}) {
            add(SHARDS, shards + ", comet", "shards", "comet", shards, SHARDED_BYTES, megabytes);
        }
        if (peers) {
            add(SHARDS, "16, chronicle", "shards", "chronicle", 16, SHARDED_BYTES, megabytes);
        }
    }

    private void consumers() {
        int entries = full ? 5_000_000 : 1_000_000;
        add(CONSUMERS, "ack of one entry", "ack", Math.min(entries, 1_000_000));
        add(CONSUMERS, "process, deliveries of 100", "process", entries, 100);
        add(CONSUMERS, "process, deliveries of 1000", "process", entries, 1000);
        add(CONSUMERS, "visible in the same process", "visibility", false);
        add(CONSUMERS, "visible in another process", "visibility", true);
    }

    private void beside() {
        int megabytes = full ? 1024 : 384;
        add(BESIDE, "retention deletes as much", "retaining", megabytes);
        add(BESIDE, "a reader behind the writer", "readbehind", megabytes);
        add(BESIDE, LOCK_WORD, "lockword");
    }

    private void again() {
        for (int gigabytes : full ? new int[] {1, 4, 10} : new int[] {1}) {
            add(AGAIN, "open a log of " + gigabytes + " GiB", "reopen", gigabytes << 10);
        }
        add(AGAIN, TAKE_OVER, "takeover");
    }

    private void room() {
        add(ROOM, IDLE, "idle", 256);
        cells.add(CellSpec.of(ROOM, LIMITED, "limit", 16, 512).within(256));
        add(ROOM, "256 B, alone", "disk", SHARDED_BYTES, 1);
        add(ROOM, "256 B, batches of 100", "disk", SHARDED_BYTES, 100);
        add(ROOM, "64 B, batches of 100", "disk", 64, 100);
        add(ROOM, DEVICE, "device", full ? 4096 : 1024, 0);
        add(ROOM, DEVICE_SLOW, "device", full ? 30 : 10, 1_000_000);
    }
}
