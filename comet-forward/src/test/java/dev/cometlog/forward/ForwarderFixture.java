package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.Entry;
import dev.cometlog.Lag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A log, a destination that answers as a test says, and waits that take no time.
@Timeout(60)
abstract class ForwarderFixture {
    static final String STREAM = "events:v1";
    static final String GROUP = "uplink";

    @TempDir
    Path directory;

    Comet comet;
    final ManualPace pace = new ManualPace();

    @BeforeEach
    void open() {
        comet = Comet.open(directory.resolve("log"));
    }

    @AfterEach
    void close() {
        comet.close();
    }

    /// Time that passes only while somebody waits, and as fast as he wants.
    static final class ManualPace implements Pace {
        private final AtomicLong nanos = new AtomicLong();
        final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

        void advance(Duration time) {
            long _ = nanos.addAndGet(time.toNanos());
        }

        @Override
        public long nanoTime() {
            return nanos.get();
        }

        @Override
        public long epochMicros() {
            return Pace.SYSTEM.epochMicros() + nanos.get() / 1_000;
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            pauses.add(time);
            advance(time);
        }
    }

    /// Answers as a test says and keeps what it took.
    static final class TestSink implements Sink {
        private final Function<List<String>, List<Outcome>> answer;
        final List<List<String>> calls = Collections.synchronizedList(new ArrayList<>());
        final List<String> taken = Collections.synchronizedList(new ArrayList<>());
        final List<String> groups = Collections.synchronizedList(new ArrayList<>());
        volatile boolean closed;

        TestSink(Function<List<String>, List<Outcome>> answer) {
            this.answer = answer;
        }

        static TestSink taking() {
            return new TestSink(texts -> Collections.nCopies(texts.size(), Outcome.done()));
        }

        @Override
        public List<Outcome> send(SinkBatch batch) {
            List<String> texts = batch.entries().stream().map(TestSink::text).toList();
            calls.add(texts);
            List<Outcome> outcomes = answer.apply(texts);
            for (int i = 0; i < Math.min(texts.size(), outcomes.size()); i++) {
                if (outcomes.get(i) instanceof Outcome.Done) {
                    taken.add(texts.get(i));
                    groups.add(batch.group());
                }
            }
            return outcomes;
        }

        private static String text(Entry entry) {
            return new String(entry.bytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    void append(int from, int count) {
        CometShard shard = comet.stream(STREAM, 1).shard(0);
        long _ = shard.append(IntStream.range(from, from + count)
                .mapToObj(i -> Integer.toString(i).getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    static List<String> texts(long from, long end) {
        return LongStream.range(from, end).mapToObj(Long::toString).toList();
    }

    Forwarder start(Sink sink, ForwarderOptions.Builder options) throws InterruptedException {
        return Forwarder.start(comet, GROUP, sink, options.build(), pace);
    }

    static ForwarderOptions.Builder options() {
        return ForwarderOptions.builder().stream(STREAM)
                .retry(RetrySettings.DEFAULT.withRandomizationFactor(0))
                .batchSize(8);
    }

    long behind() {
        try (CometConsumer consumer = comet.consumer(GROUP)) {
            return consumer.lag(STREAM).entries();
        }
    }

    Lag.Counts counts() {
        try (CometConsumer consumer = comet.consumer(GROUP)) {
            return consumer.counts(STREAM);
        }
    }

    static void awaitTrue(BooleanSupplier condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(condition::getAsBoolean);
    }

    void awaitAllAcknowledged() {
        awaitTrue(() -> behind() == 0);
        assertThat(behind()).isZero();
    }
}
