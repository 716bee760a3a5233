package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is delivered, to whom, in which order.
class ConsumerDeliveryTest extends ConsumerFixture {

    @Test
    void everyEntryOfAShardIsDeliveredInOrderAndAcknowledged() throws Exception {
        append(0, 250);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(250), options().build());
            assertThat(handled).isEqualTo(texts(0, 250));
            assertThat(consumer.lag(STREAM).entries()).isZero();
            assertThat(consumer.lag(STREAM).bytes()).isZero();
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(250, 0, 0, 0));
        }
        append(250, 1);
        try (CometConsumer next = comet.consumer("g")) {
            next.process(until(251), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 251));
    }

    @Test
    void groupsAreDeliveredEverythingEachForItself() throws Exception {
        append(0, 3);
        for (String group : List.of("a", "b", "Größe ✓/".replace("/", ""))) {
            handled.clear();
            try (CometConsumer consumer = comet.consumer(group)) {
                consumer.process(until(3), options().build());
            }
            assertThat(handled).isEqualTo(texts(0, 3));
        }
        assertThat(groupFiles()).hasSize(3).allMatch(name -> name.matches("[A-Za-z0-9%._-]+"));
    }

    @Test
    void groupNamesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> comet.consumer("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> comet.consumer("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> comet.consumer("g".repeat(201))).hasMessageContaining("200");
        comet.consumer("g".repeat(200)).close();
        // 67 bytes in 3 encoded ones each.
        assertThatThrownBy(() -> comet.consumer("é".repeat(34))).hasMessageContaining("200");
    }

    @Test
    void lookingAGroupUpMakesNothing() {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
            assertThat(consumer.counts(STREAM)).isEqualTo(new Lag.Counts(0, 0, 0, 0));
        }
        assertThat(directory.resolve("streams/events%3Av1/groups")).doesNotExist();
    }

    @Test
    void entriesLendTheirBytesOnlyUntilTheHandlerReturns() throws Exception {
        append(0, 2);
        List<Entry> kept = new ArrayList<>();
        List<Entry> copies = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        for (Entry entry : delivery) {
                            assertThat(entry.data().byteSize()).isEqualTo(1);
                            kept.add(entry);
                            copies.add(entry.copy());
                        }
                        throw new StopProcessing();
                    },
                    options().build());
        }
        assertThat(kept.get(1)).isNotSameAs(kept.get(0));
        assertThat(kept.get(1).id()).isEqualTo(new EntryId(STREAM, 0, 1));
        assertThatThrownBy(() -> kept.get(1).bytes()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.get(1).data()).isInstanceOf(IllegalStateException.class);
        assertThat(copies.get(1).bytes()).asString(StandardCharsets.UTF_8).isEqualTo("1");
    }

    @Test
    void streamsAndShardsMadeLaterAreFound() throws Exception {
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task = consumer.start(until(3), options().build());
            comet.stream("first", 2).shard(1).append(bytes("0"));
            clock.advance(Duration.ofSeconds(10));
            awaitHandled(1);
            comet.stream("first").shard(0).append(bytes("1"));
            clock.advance(Duration.ofSeconds(10));
            awaitHandled(2);
            comet.stream("second", 1).shard(0).append(bytes("2"));
            clock.advance(Duration.ofSeconds(10));
            task.join();
            assertThat(task.failure()).isEmpty();
        }
        assertThat(handled).isEqualTo(texts(0, 3));
    }

    @Test
    void aNewGroupStartsWhereItIsToldAndAnOldOneWhereItIs() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task =
                    consumer.start(until(1), options().startAt(Seek.latest()).build());
            awaitLeased(consumer);
            append(5, 1);
            task.join();
            assertThat(handled).containsExactly("5");
            append(6, 1);
            consumer.process(until(2), options().startAt(Seek.earliest()).build());
        }
        assertThat(handled).containsExactly("5", "6");
    }

    @Test
    void aSlowShardHoldsUpNoOther() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        stream.shard(0).append(bytes("slow"));
        stream.shard(1).append(bytes("fast"));
        CountDownLatch fast = new CountDownLatch(1);
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask task = consumer.start(
                    delivery -> {
                        if (delivery.shard() == 1) {
                            fast.countDown();
                        } else if (!fast.await(30, TimeUnit.SECONDS)) {
                            throw new IllegalStateException("held up");
                        }
                        handled.addAll(texts(delivery));
                        if (handled.size() == 2) {
                            throw new StopProcessing();
                        }
                    },
                    options().parallelism(2).build());
            task.join();
            assertThat(task.failure()).isEmpty();
            assertThat(handled).containsExactlyInAnyOrder("fast", "slow");
        }
    }

    @Test
    void shardsAreServedInTurn() throws Exception {
        CometStream stream = comet.stream(STREAM, 5);
        // Shards 1 and 2 lie side by side: who merely counts rounds serves the second of such a pair seldom.
        List<Integer> busy = List.of(1, 2, 4);
        busy.forEach(
                shard -> IntStream.range(0, 30).forEach(i -> stream.shard(shard).append(bytes("x"))));
        List<Integer> order = new ArrayList<>();
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(
                    delivery -> {
                        order.add(delivery.shard());
                        if (order.size() == 90) {
                            throw new StopProcessing();
                        }
                    },
                    options().batchSize(1).build());
        }
        for (int i = 0; i < order.size(); i += busy.size()) {
            assertThat(order.subList(i, i + busy.size())).containsExactlyInAnyOrderElementsOf(busy);
        }
    }

    @Test
    void aShardOrAStreamThatCannotBeOpenedHoldsUpNoOther() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        IntStream.range(0, 3).forEach(i -> stream.shard(1).append(bytes(Integer.toString(i))));
        comet.stream("another", 1).shard(0).append(bytes("x"));
        // A file in place of a shard's directory, and one in place of the other stream's groups.
        Files.writeString(directory.resolve("streams/events%3Av1/0000"), "no directory");
        Files.writeString(directory.resolve("streams/another/groups"), "no directory");
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.process(until(3), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 3));
    }

    @Test
    void aPollOfAStreamWithAShardThatCannotBeOpenedServesTheOthers() throws Exception {
        CometStream stream = comet.stream(STREAM, 2);
        IntStream.range(0, 3).forEach(i -> stream.shard(1).append(bytes(Integer.toString(i))));
        Files.writeString(directory.resolve("streams/events%3Av1/0000"), "no directory");
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ofSeconds(10)))).isEqualTo(texts(0, 3));
        }
    }
}
