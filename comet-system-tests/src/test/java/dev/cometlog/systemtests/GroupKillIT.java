package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three consumer processes in one group, two writers, and somebody who kills and stops the consumers:
/// `-Dcomet.groupSeconds=600` for longer.
class GroupKillIT {
    private static final int SECONDS = Integer.getInteger("comet.groupSeconds", 30);
    private static final int CONSUMERS = 3;
    private static final int SHARDS = 6;
    private static final long WRITER_PAUSE_NANOS = 200_000;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("comet.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Process> consumers = new ArrayList<>();
    private int started;
    private int kills;

    @Test
    void everyEntryIsHandledAndOnlyWhatWasNotAcknowledgedAgain() throws Exception {
        Path journals = Files.createDirectory(directory.resolve("journals"));
        Path locks = Files.createDirectory(directory.resolve("locks"));
        AtomicBoolean stop = new AtomicBoolean();
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            CometStream stream = comet.stream("events:v1", SHARDS);
            List<Thread> writers = List.of(
                    Thread.ofPlatform().start(() -> write(stream, stop)),
                    Thread.ofPlatform().start(() -> write(stream, stop)));
            try {
                for (int i = 0; i < CONSUMERS; i++) {
                    consumers.add(start(journals, locks));
                }
                long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
                while (System.nanoTime() < end) {
                    strike(journals, locks);
                }
                stop.set(true);
                for (Thread writer : writers) {
                    writer.join();
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(missing(stream, journals))
                                .as("seed " + seed)
                                .isZero());
            } finally {
                stop.set(true);
                consumers.forEach(process -> process.destroyForcibly().onExit().join());
            }
            long redelivered = check(journals);
            System.out.println("groups: " + kills + " kills, " + redelivered + " entries handled again, seed " + seed);
            // A consumer handles one delivery at a time, and dies with that one unacknowledged at most.
            assertThat(redelivered).as("seed " + seed).isLessThanOrEqualTo((long) kills * ConsumingWorker.BATCH);
            assertThat(kills).isGreaterThan(SECONDS / 10);
        }
    }

    private static void write(CometStream stream, AtomicBoolean stop) {
        for (int i = 0; !stop.get(); i++) {
            CometShard shard = stream.shard(i % SHARDS);
            shard.append(new byte[] {(byte) i});
            LockSupport.parkNanos(WRITER_PAUSE_NANOS);
        }
    }

    private Process start(Path journals, Path locks) throws IOException {
        started++;
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ConsumingWorker.class.getName(),
                        directory.resolve("log").toString(),
                        journals.resolve("journal-" + started).toString(),
                        locks.toString())
                .redirectError(directory.resolve("consumer-" + started + ".err").toFile())
                .start();
    }

    /// Waits until something more was handled, then kills a consumer or stops it for a while.
    private void strike(Path journals, Path locks) throws Exception {
        long before = bytes(journals);
        long more = random.nextInt(4000);
        long latest = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .until(() -> bytes(journals) > before + more || System.nanoTime() > latest);
        int victim = random.nextInt(CONSUMERS);
        Process process = consumers.get(victim);
        assertThat(process.isAlive()).as("seed " + seed).isTrue();
        if (random.nextInt(3) == 0) {
            signal(process, "STOP");
            long now = bytes(journals);
            long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> bytes(journals) > now + 2000 || System.nanoTime() > end);
            signal(process, "CONT");
        } else {
            Process _ = process.destroyForcibly().onExit().join();
            kills++;
            consumers.set(victim, start(journals, locks));
        }
    }

    private static void signal(Process process, String name) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(code).isZero();
    }

    private static long bytes(Path journals) throws IOException {
        long bytes = 0;
        for (Path journal : files(journals)) {
            bytes += Files.size(journal);
        }
        return bytes;
    }

    private static List<Path> files(Path journals) throws IOException {
        try (var files = Files.list(journals)) {
            return files.toList();
        }
    }

    private static long missing(CometStream stream, Path journals) throws IOException {
        List<BitSet> handled = new ArrayList<>();
        long _ = read(journals, handled);
        long missing = 0;
        for (int shard = 0; shard < SHARDS; shard++) {
            missing += stream.shard(shard).endOffset() - handled.get(shard).cardinality();
        }
        return missing;
    }

    private static long check(Path journals) throws IOException {
        return read(journals, new ArrayList<>());
    }

    /// Notes what was handled of each shard, and returns how many entries were handled again.
    private static long read(Path journals, List<BitSet> handled) throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            handled.add(new BitSet());
        }
        long again = 0;
        for (Path journal : files(journals)) {
            for (String line : Files.readAllLines(journal)) {
                assertThat(line).doesNotStartWith("overlap");
                String[] words = line.split(" ");
                BitSet of = handled.get(Integer.parseInt(words[0]));
                int from = Integer.parseInt(words[1]);
                int end = Integer.parseInt(words[2]);
                again += of.get(from, end).cardinality();
                of.set(from, end);
            }
        }
        return again;
    }
}
