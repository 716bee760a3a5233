package dev.cometlog.kafka;

import com.sun.management.ThreadMXBean;
import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.Sink;
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
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;

/// Measures how fast a backlog goes to a broker in another JVM of this machine, and whose processor time that takes:
/// `DIRECTORY ENTRIES SHARDS BYTES HOW ROUNDS [PROPERTY=VALUE…]`.
///
/// HOW is what is measured: `plain` or `once`, the sink without and with transactions; `nothing`, a sink that takes
/// everything and sends nothing, which leaves what reading takes; `raw`, Kafka's producer alone, with payloads that
/// lie in memory and the same headers, which no forwarder can be faster than.
final class KafkaThroughput {
    private static final String STREAM = "events:v1";

    private final String how;
    private final int entries;
    private final int shards;
    private final List<byte[]> payloads;
    private final BrokerProcess broker;
    private final String[] properties;

    private KafkaThroughput(
            String how, int entries, int shards, List<byte[]> payloads, BrokerProcess broker, String... properties) {
        this.how = how;
        this.entries = entries;
        this.shards = shards;
        this.payloads = payloads;
        this.broker = broker;
        this.properties = properties;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int entries = Integer.parseInt(args[1]);
        int shards = Integer.parseInt(args[2]);
        int bytes = Integer.parseInt(args[3]);
        int rounds = Integer.parseInt(args[5]);
        String[] properties = List.of(args).subList(6, args.length).toArray(String[]::new);
        try (BrokerProcess broker = BrokerProcess.start(Files.createDirectories(directory.resolve("broker")));
                Comet comet = Comet.open(directory.resolve("log"))) {
            KafkaThroughput measured =
                    new KafkaThroughput(args[4], entries, shards, payloads(bytes), broker, properties);
            measured.fill(comet);
            for (int round = 0; round < rounds; round++) {
                measured.round(comet, "round-" + round);
            }
        }
        System.exit(0);
    }

    /// Bytes that cannot be compressed.
    private static List<byte[]> payloads(int bytes) {
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] payload = new byte[bytes];
            random.nextBytes(payload);
            payloads.add(payload);
        }
        return payloads;
    }

    private void fill(Comet comet) {
        for (int i = 0; i < entries / payloads.size(); i++) {
            CometShard shard = comet.stream(STREAM, shards).shard(i % shards);
            long _ = shard.append(payloads);
        }
        comet.sync();
    }

    private void round(Comet comet, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.address()))) {
            admin.createTopics(List.of(new NewTopic(topic, shards, (short) 1)))
                    .all()
                    .get();
        }
        Map<String, Long> before = cpu();
        long begun = System.nanoTime();
        // Told while all threads that worked are still there to be asked.
        Runnable done = () -> tell(topic, (System.nanoTime() - begun) / 1e9, before);
        if (how.equals("raw")) {
            produce(topic, done);
        } else {
            forward(comet, topic, done);
        }
        if (!how.equals("nothing")) {
            long arrived = Arrivals.count(broker.address(), topic);
            if (arrived != entries) {
                throw new AssertionError(arrived + " of " + entries + " arrived");
            }
        }
    }

    private KafkaOptions kafka(String topic) {
        KafkaOptions.Builder kafka = KafkaOptions.builder(broker.address())
                .topic(topic)
                .source("bench")
                .transactional(how.equals("once"));
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            kafka.property(parts[0], parts[1]);
        }
        return kafka.build();
    }

    private void forward(Comet comet, String group, Runnable done) throws InterruptedException {
        Sink sink = how.equals("nothing") ? batch -> batch.all(Outcome.done()) : new KafkaSink(kafka(group));
        ForwarderOptions options = ForwarderOptions.builder().stream(STREAM).build();
        try (Forwarder forwarder = Forwarder.start(comet, group, sink, options);
                CometConsumer consumer = comet.consumer(group)) {
            while (consumer.lag(STREAM).entries() > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            done.run();
            System.out.println(forwarder.stats());
        }
    }

    private void produce(String topic, Runnable done) {
        try (Producer<byte[], byte[]> producer = new Producers(kafka(topic)).idempotent()) {
            List<RecordMaker> makers = IntStream.range(0, shards)
                    .mapToObj(shard -> new RecordMaker(STREAM, shard, "bench", topic, shard))
                    .toList();
            long millis = System.currentTimeMillis();
            for (int i = 0; i < entries; i++) {
                RecordMaker maker = makers.get(i / payloads.size() % shards);
                Future<RecordMetadata> _ = producer.send(maker.record(payloads.get(i % payloads.size()), i, millis));
            }
            producer.flush();
            done.run();
        }
    }

    private void tell(String round, double seconds, Map<String, Long> before) {
        System.out.printf(Locale.ROOT, "%s %s: %.2f s, %.0f entries/s%n", how, round, seconds, entries / seconds);
        double sum = 0;
        Map<String, Long> after = new TreeMap<>(cpu());
        for (Map.Entry<String, Long> each : after.entrySet()) {
            double micros = (each.getValue() - before.getOrDefault(each.getKey(), 0L)) / 1e3 / entries;
            sum += micros;
            if (micros >= 0.05) {
                System.out.printf(Locale.ROOT, "  %5.2f µs of a processor for each entry: %s%n", micros, each.getKey());
            }
        }
        System.out.printf(Locale.ROOT, "  %5.2f µs together%n", sum);
    }

    /// Processor time by the threads' names without their numbers; the broker's is one sum, and so is what the JVM
    /// takes for itself: compilers and collector.
    private Map<String, Long> cpu() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        long[] nanos = threads.getThreadCpuTime(ids);
        Map<String, Long> sums = new HashMap<>();
        long known = 0;
        for (int i = 0; i < ids.length; i++) {
            var info = threads.getThreadInfo(ids[i]);
            if (info != null && nanos[i] > 0) {
                long _ = sums.merge(info.getThreadName().replaceAll("\\d+", "n"), nanos[i], Long::sum);
                known += nanos[i];
            }
        }
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        sums.put("the JVM itself, and threads that have ended", system.getProcessCpuTime() - known);
        sums.put("the broker", broker.cpu().toNanos());
        return sums;
    }
}
