package dev.cometlog.kafka;

import com.sun.management.ThreadMXBean;
import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Measures how fast a backlog goes to a broker in the same JVM, and which threads work meanwhile: `DIRECTORY
/// ENTRIES SHARDS BYTES TRANSACTIONAL ROUNDS [PROPERTY=VALUE…]`. The broker takes its share of the same processors.
final class KafkaThroughput {
    private static final String STREAM = "events:v1";

    private KafkaThroughput() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int entries = Integer.parseInt(args[1]);
        int shards = Integer.parseInt(args[2]);
        int bytes = Integer.parseInt(args[3]);
        boolean transactional = Boolean.parseBoolean(args[4]);
        int rounds = Integer.parseInt(args[5]);
        String broker = SharedBroker.get().address();
        System.out.println("broker is up");
        try (Comet comet = Comet.open(directory.resolve("log"))) {
            fill(comet, entries, shards, bytes);
            for (int round = 0; round < rounds; round++) {
                String topic = "round-" + round;
                SharedBroker.topic(topic, shards, Map.of());
                KafkaOptions.Builder kafka = KafkaOptions.builder(broker)
                        .topic(topic)
                        .source("bench")
                        .transactional(transactional);
                for (int i = 6; i < args.length; i++) {
                    String[] property = args[i].split("=", 2);
                    kafka.property(property[0], property[1]);
                }
                forward(comet, topic, new KafkaSink(kafka.build()), entries);
                long arrived = Arrivals.count(broker, topic);
                if (arrived != entries) {
                    throw new AssertionError(arrived + " of " + entries + " arrived");
                }
            }
        }
        System.exit(0);
    }

    private static void fill(Comet comet, int entries, int shards, int bytes) {
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] payload = new byte[bytes];
            random.nextBytes(payload);
            payloads.add(payload);
        }
        for (int i = 0; i < entries / 1_000; i++) {
            CometShard shard = comet.stream(STREAM, shards).shard(i % shards);
            long _ = shard.append(payloads);
        }
    }

    private static void forward(Comet comet, String group, KafkaSink sink, int entries) throws InterruptedException {
        Map<String, Long> before = cpu();
        long begun = System.nanoTime();
        ForwarderOptions options = ForwarderOptions.builder().stream(STREAM).build();
        try (Forwarder forwarder = Forwarder.start(comet, group, sink, options);
                CometConsumer consumer = comet.consumer(group)) {
            while (consumer.lag(STREAM).entries() > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.2f s, %.0f entries/s, %s%n",
                    group,
                    seconds,
                    entries / seconds,
                    forwarder.stats());
            Map<String, Long> after = cpu();
            new TreeMap<>(after).forEach((name, nanos) -> {
                double share = (nanos - before.getOrDefault(name, 0L)) / 1e9 / seconds;
                if (share >= 0.03) {
                    System.out.printf(Locale.ROOT, "  %4.0f %% of a processor: %s%n", share * 100, name);
                }
            });
        }
    }

    /// Processor time by the threads' names without their numbers.
    private static Map<String, Long> cpu() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        long[] nanos = threads.getThreadCpuTime(ids);
        Map<String, Long> sums = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            var info = threads.getThreadInfo(ids[i]);
            if (info != null && nanos[i] > 0) {
                sums.merge(info.getThreadName().replaceAll("\\d+", "n"), nanos[i], Long::sum);
            }
        }
        return sums;
    }
}
