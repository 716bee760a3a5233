package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.DeadLetter;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.EntryId;
import dev.cometlog.Exhausted;
import dev.cometlog.GuideExamples;
import dev.cometlog.Health;
import dev.cometlog.Lag;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import dev.cometlog.StopProcessing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The examples of docs/guide/consumers.md: each works, and the page shows exactly these.
@Timeout(60)
class ConsumerGuideTest {
    @TempDir
    private Path directory;

    private Comet comet;
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void openWithTenEntries() {
        comet = Comet.open(directory);
        for (int i = 0; i < 10; i++) {
            comet.stream("events:v1", 1).append(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() {
        comet.close();
    }

    private void send(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        if (text.equals("poison")) {
            throw new IllegalStateException("cannot be sent");
        }
        sent.add(text);
    }

    private boolean isLast(Entry entry) {
        return entry.id().offset() == 9;
    }

    @Test
    void process() throws Exception {
        // example process begins
        try (CometConsumer consumer = comet.consumer("audit")) {
            consumer.process(delivery -> {
                for (Entry entry : delivery) {
                    send(entry.bytes());
                    if (isLast(entry)) {
                        throw new StopProcessing(); // ends process, after the delivery was acknowledged
                    }
                }
            });
        }
        // example process ends
        assertThat(sent).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void options() throws Exception {
        comet.stream("events:v1").append("poison".getBytes(StandardCharsets.UTF_8));
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        CometConsumer consumer = comet.consumer("mail");
        // example options begins
        ProcessOptions options = ProcessOptions.builder().stream("events:v1:shard:*")
                .batchSize(500)
                .parallelism(4) // shards at a time, each on a virtual thread
                .startAt(Seek.earliest()) // a group that is new; one that exists goes on where it is
                .maxRetries(2)
                .retryDelay(Duration.ofMillis(100)) // doubled each time up to 30 s, with jitter
                .onExhausted(Exhausted.deadLetter("events-dlq:v1"))
                .onError((error, attempt) -> log.add("attempt " + attempt + ": " + error.getMessage()))
                .onGap(gap -> log.add(gap.length() + " entries are lost: " + gap.reason()))
                .build();
        ConsumerTask task = consumer.start(
                delivery -> {
                    for (Entry entry : delivery) {
                        send(entry.bytes());
                        consumer.ack(entry.id()); // so that a failure repeats none of those before it
                    }
                },
                options);
        // example options ends
        Awaitility.await().until(() -> consumer.counts("events:v1").deadLettered() == 1);
        // example stop begins
        boolean ended = task.stop(Duration.ofSeconds(10)); // handlers that still work then are interrupted
        consumer.close(); // lets other members have the shards at once
        // example stop ends
        assertThat(ended).isTrue();
        assertThat(task.failure()).isEmpty();
        assertThat(sent).hasSize(10);
        assertThat(log).contains("attempt 1: cannot be sent");
        // example letters begins
        for (Entry entry : comet.stream("events-dlq:v1").shard(0).recent(10)) {
            DeadLetter letter = DeadLetter.decode(entry);
            System.out.println(letter.origin() + " failed " + letter.attempts() + " times: " + letter.errorMessage());
            byte[] payload = DeadLetter.payload(entry);
            // example letters ends
            assertThat(payload).asString(StandardCharsets.UTF_8).isEqualTo("poison");
        }
    }

    @Test
    void poll() throws Exception {
        // example poll begins
        try (CometConsumer consumer = comet.consumer("batch-job")) {
            Delivery first = consumer.poll("events:v1", 4, Duration.ofMillis(100));
            Delivery second = consumer.poll("events:v1", 4, Duration.ofMillis(100)); // ends the loan of the first
            second.ack();
            consumer.ack(new EntryId("events:v1", 0, 0));
            consumer.ackRange("events:v1", 0, 1, 2); // both ends included
            consumer.sync(); // the acks survive power loss from here on
            // example poll ends
            assertThat(first.size()).isEqualTo(4);
            assertThat(consumer.lag("events:v1").shards().getFirst().ackedOffset())
                    .isEqualTo(3);
        }
    }

    @Test
    void seek() {
        // example seek begins
        try (CometConsumer consumer = comet.consumer("audit")) {
            consumer.seek("events:v1", 0, Seek.timestamp(Instant.now().minus(Duration.ofMinutes(10))));
            Lag lag = consumer.lag("events:v1");
            System.out.println(lag.entries() + " entries, " + lag.bytes() + " bytes, " + lag.age() + " behind");
        }
        Health health = comet.health();
        health.reasons().forEach(reason -> System.out.println(reason.subject() + ": " + reason.message()));
        // example seek ends
        assertThat(health.status()).isEqualTo(Health.Status.HEALTHY);
    }

    @Test
    void theGuideShowsExactlyTheseExamples() throws IOException {
        GuideExamples.assertShown("docs/guide/consumers.md", ConsumerGuideTest.class);
    }
}
