package dev.cometlog.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.DeadLetter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every example runs and does what it says.
@Timeout(60)
class ExamplesTest {
    @TempDir
    Path directory;

    private interface Program {
        void main(String[] args) throws Exception;
    }

    private String run(Program program) throws Exception {
        var bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            program.main(new String[] {directory.toString()});
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void quickStart() throws Exception {
        assertThat(run(QuickStart::main))
                .matches("events:v1:shard:000\\d@0 and 2 more\\R0 logged in\\R1 bought\\R2 logged out\\R");
    }

    @Test
    void retentionPerStream() throws Exception {
        assertThat(run(RetentionPerStream::main))
                .isEqualToNormalizingNewlines("audit:v1 keeps 1 entries\nmetrics:v1 keeps 1 entries\n");
    }

    @Test
    void preforkWorkers() throws Exception {
        assertThat(run(PreforkWorkers::main)).isEqualToNormalizingNewlines("3000 entries\n");
    }

    @Test
    void productionConsumer() throws Exception {
        try (Comet comet = Comet.open(directory)) {
            for (String text : new String[] {"one", "poison", "three"}) {
                long _ = comet.stream("events:v1", 1).shard(0).append(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        BlockingQueue<String> sent = new LinkedBlockingQueue<>();
        var registry = new SimpleMeterRegistry();
        ProductionConsumer.Sink sink = (stream, text) -> {
            if (text.equals("poison")) {
                throw new IllegalStateException("cannot be sent");
            }
            sent.add(text);
        };
        var consumer = new ProductionConsumer(directory, sink, registry);
        try {
            String last = "";
            while (!"three".equals(last)) {
                last = sent.poll(30, TimeUnit.SECONDS);
                assertThat(last).isNotNull();
            }
            assertThat(consumer.problems()).isEmpty();
            assertThat(registry.get("shipper.errors").counter().count()).isGreaterThanOrEqualTo(4);
            assertThat(registry.get("comet.appends.entries")
                            .tag("stream", "events:v1")
                            .functionCounter()
                            .count())
                    .isEqualTo(3);
        } finally {
            consumer.stop();
        }
        try (Comet comet = Comet.open(directory)) {
            assertThat(comet.stats().sum(shard -> shard.endOffset())).isEqualTo(4);
            var letters = comet.stream("events-dlq:v1");
            int found = 0;
            for (int shard = 0; shard < letters.shardCount(); shard++) {
                for (var entry : letters.shard(shard).recent(10)) {
                    assertThat(new String(DeadLetter.payload(entry), StandardCharsets.UTF_8))
                            .isEqualTo("poison");
                    // Four with its neighbours beside it, as often as is allowed, and one on its own.
                    assertThat(DeadLetter.decode(entry).attempts()).isEqualTo(5);
                    found++;
                }
            }
            assertThat(found).isEqualTo(1);
        }
    }
}
