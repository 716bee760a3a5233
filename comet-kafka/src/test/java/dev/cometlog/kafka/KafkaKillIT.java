package dev.cometlog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Forwarders that are killed with SIGKILL and a broker that goes away and comes back: nothing is lost, each shard
/// stays in its order, what comes again is recognisable, and readers of transactions see nothing again.
///
/// 200,000 entries; more with `-Dcomet.forwardEntries=1000000`.
class KafkaKillIT {
    private static final String STREAM = "events:v1";
    private static final int SHARDS = 4;
    private static final int BATCH = 250;
    private static final long ENTRIES = Long.getLong("comet.forwardEntries", 200_000);

    /// A busy machine forwards some thousands a second.
    private static final Duration PATIENCE = Duration.ofSeconds(Math.max(120, ENTRIES / 2_500));

    @TempDir
    private Path directory;

    private final Destination plain = new Destination("plain", false);
    private final Destination transactional = new Destination("once", true);

    /// A group, its topic of the same name, and the process that forwards.
    private final class Destination {
        private final String name;
        private final boolean isTransactional;
        private Process process;
        private int kills;

        Destination(String name, boolean isTransactional) {
            this.name = name;
            this.isTransactional = isTransactional;
        }

        void start() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ForwardingWorker.class.getName(),
                            directory.resolve("log").toString(),
                            STREAM,
                            name,
                            SharedBroker.get().address(),
                            name,
                            Boolean.toString(isTransactional),
                            Long.toString(ENTRIES * 20))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve(name + ".txt").toFile()))
                    .start();
        }

        /// Kills the process in the middle of its work.
        void kill(Comet comet, long atLeast) throws InterruptedException {
            await(() -> acked(comet) >= atLeast);
            process.destroyForcibly().waitFor();
            kills++;
            assertThat(behind(comet))
                    .as("entries left when " + name + " was killed")
                    .isPositive();
        }

        long acked(Comet comet) {
            try (CometConsumer consumer = comet.consumer(name)) {
                return consumer.counts(STREAM).acked();
            }
        }

        long behind(Comet comet) {
            try (CometConsumer consumer = comet.consumer(name)) {
                return consumer.lag(STREAM).entries();
            }
        }

        void await(BooleanSupplier condition) {
            Awaitility.await(name)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(PATIENCE)
                    .until(() -> {
                        assertThat(process.isAlive()).as(output()).isTrue();
                        return condition.getAsBoolean();
                    });
        }

        String output() throws IOException {
            return Files.readString(directory.resolve(name + ".txt"));
        }
    }

    @AfterEach
    void endProcesses() {
        for (Destination destination : List.of(plain, transactional)) {
            if (destination.process != null) {
                destination.process.destroyForcibly();
            }
        }
    }

    private static void append(CometStream stream, long count) {
        for (long left = count; left > 0; left -= (long) BATCH * SHARDS) {
            for (int shard = 0; shard < SHARDS; shard++) {
                long first = stream.shard(shard).endOffset();
                int number = shard;
                long _ = stream.shard(shard)
                        .append(LongStream.range(first, first + BATCH)
                                .mapToObj(offset ->
                                        Arrivals.payload(number, offset).getBytes(StandardCharsets.UTF_8))
                                .toList());
            }
        }
    }

    @Test
    @Timeout(1200)
    void nothingIsLostInOrderAndWithTransactionsNothingComesTwice() throws Exception {
        TestBroker broker = SharedBroker.get();
        SharedBroker.topic("plain", SHARDS, Map.of());
        SharedBroker.topic("once", 3, Map.of());
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            CometStream stream = comet.stream(STREAM, SHARDS);
            append(stream, ENTRIES / 2);
            startBoth();
            killBoth(comet, ENTRIES / 10);
            startBoth();
            append(stream, ENTRIES / 4);
            killBoth(comet, ENTRIES / 4);
            broker.stop();
            startBoth();
            append(stream, ENTRIES / 4);
            broker.start();
            killBoth(comet, ENTRIES / 2);
            startBoth();
            for (Destination destination : List.of(plain, transactional)) {
                destination.await(() -> destination.behind(comet) == 0);
            }
        }
        check(plain, broker);
        assertThat(check(transactional, broker))
                .as("repeats that a reader of committed records sees")
                .isZero();
    }

    private void startBoth() throws IOException {
        plain.start();
        transactional.start();
    }

    private void killBoth(Comet comet, long atLeast) throws InterruptedException {
        plain.kill(comet, atLeast);
        transactional.kill(comet, atLeast);
    }

    private static long check(Destination destination, TestBroker broker) {
        Arrivals arrivals = new Arrivals().check(Arrivals.read(broker.address(), destination.name));
        System.out.println(destination.name + ": " + arrivals.total() + " entries, " + arrivals.repeats()
                + " repeats, after " + destination.kills + " kills");
        assertThat(arrivals.entries()).containsExactlyInAnyOrderEntriesOf(shards());
        return arrivals.repeats();
    }

    private static Map<Integer, Long> shards() {
        return Map.of(0, ENTRIES / SHARDS, 1, ENTRIES / SHARDS, 2, ENTRIES / SHARDS, 3, ENTRIES / SHARDS);
    }
}
