package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.Delivery;
import dev.cometlog.EntryVisitor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Uses a log up: rolls, opens, readers and consumers by the thousand, in a process of its own that must not hold more
/// at the end than after the first few.
///
/// Arguments: log directory, rolls, opens, seconds after which it stops before it has done all of these.
public final class LeakRun {
    private static final String STREAM = "events:v1";
    private static final int SEGMENT_BYTES = 64 << 10;

    /// Four of them fill a segment.
    private static final int ENTRY_BYTES = 15_000;

    private static final int ENTRIES_A_ROLL = 4;
    private static final int WARM_UP = 20;
    private static final int CONSUMERS_AN_OPEN = 2;

    /// To start, to see whether what is held settles, and to end.
    private static final int GRACE_SECONDS = 120;

    /// Of the time; the rest is for opening.
    private static final double FOR_ROLLS = 0.7;

    private final Path directory;
    private final long startedNanos = System.nanoTime();

    private LeakRun(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        LeakRun run = new LeakRun(Path.of(args[0]).toRealPath());
        int rolls = Integer.parseInt(args[1]);
        int opens = Integer.parseInt(args[2]);
        double seconds = Long.parseLong(args[3]);
        String rolling = run.roll(rolls, FOR_ROLLS * seconds);
        String opening = run.openAndClose(opens, seconds);
        System.out.println("leaks: " + rolling + "; " + opening);
    }

    private boolean isBefore(double seconds) {
        return System.nanoTime() - startedNanos < seconds * 1e9;
    }

    private Comet open() {
        return Comet.open(
                directory, c -> c.segmentBytes(SEGMENT_BYTES).retention(r -> r.maxShardBytes(16 * SEGMENT_BYTES)));
    }

    private String roll(int most, double seconds) throws InterruptedException {
        byte[] payload = new byte[ENTRY_BYTES];
        try (Comet comet = open();
                CometConsumer consumer = comet.consumer("along")) {
            CometShard shard = comet.stream(STREAM, 1).shard(0);
            append(shard, consumer, payload, WARM_UP);
            Holdings before = Holdings.now(directory);
            int rolls = 0;
            while (rolls < most && isBefore(seconds)) {
                int more = Math.min(most - rolls, WARM_UP);
                append(shard, consumer, payload, more);
                rolls += more;
            }
            Holdings after = Holdings.settled(directory, before, rolls + " rolls");
            return rolls + " rolls: " + before + " became " + after;
        }
    }

    private static void append(CometShard shard, CometConsumer consumer, byte[] payload, int rolls)
            throws InterruptedException {
        for (int i = 0; i < rolls * ENTRIES_A_ROLL; i++) {
            long offset = shard.append(payload);
            long _ = shard.scan(offset, countNothing());
            if (i % ENTRIES_A_ROLL == 0) {
                Delivery delivery = consumer.poll(STREAM, 2 * ENTRIES_A_ROLL, Duration.ofSeconds(1));
                delivery.ack();
            }
        }
    }

    private static EntryVisitor countNothing() {
        return (offset, micros, memory, position, length) -> true;
    }

    private String openAndClose(int most, double seconds) throws InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            use();
        }
        Holdings before = Holdings.now(directory);
        int opens = 0;
        while (opens < most && isBefore(seconds)) {
            use();
            opens++;
        }
        Holdings after = Holdings.settled(directory, before, opens + " opens");
        return opens + " opens and " + opens * CONSUMERS_AN_OPEN + " consumers: " + before + " became " + after;
    }

    private void use() throws InterruptedException {
        try (Comet comet = open()) {
            CometShard shard = comet.stream(STREAM, 1).shard(0);
            long offset = shard.append(new byte[100]);
            long _ = shard.scan(offset, countNothing());
            for (int i = 0; i < CONSUMERS_AN_OPEN; i++) {
                try (CometConsumer consumer = comet.consumer("along")) {
                    Delivery delivery = consumer.poll(STREAM, 10, Duration.ZERO);
                    delivery.ack();
                }
            }
        }
    }

    /// Runs it in a JVM of its own and returns the line of figures.
    ///
    /// @param first class path entries in front of all others
    /// @param atMost after that long it ends with what it has done
    /// @throws AssertionError with what it said if it found a leak
    public static String inProcess(String first, Path directory, int rolls, int opens, Duration atMost)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                first + System.getProperty("java.class.path"),
                LeakRun.class.getName(),
                directory.toString(),
                Integer.toString(rolls),
                Integer.toString(opens),
                Long.toString(atMost.toSeconds())));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            List<String> said =
                    process.inputReader(StandardCharsets.UTF_8).lines().toList();
            if (!process.waitFor(atMost.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join("\n", said));
            }
            return said.getLast();
        } finally {
            process.destroyForcibly();
        }
    }
}
