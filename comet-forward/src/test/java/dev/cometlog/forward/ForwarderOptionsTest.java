package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Gap;
import dev.cometlog.Seek;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What a forwarder hands on to the consumer that it is: each would be missed if it got lost on the way.
class ForwarderOptionsTest extends ForwarderFixture {

    @Test
    void aGroupThatIsNewBeginsWhereItIsToldTo() throws Exception {
        append(0, 8);
        TestSink sink = TestSink.taking();
        try (Forwarder _ = start(sink, options().startAt(Seek.offset(5)))) {
            awaitAllAcknowledged();
        }
        append(8, 1);
        try (Forwarder _ = start(sink, options().startAt(Seek.earliest()))) {
            awaitAllAcknowledged();
        }
        assertThat(sink.taken).as("only a new one").isEqualTo(texts(5, 9));
    }

    @Test
    void shardsAreSentAtTheSameTimeAsFarAsThatIsAllowed() throws Exception {
        appendToFourShards();
        CountDownLatch four = new CountDownLatch(4);
        Sink meeting = batch -> {
            four.countDown();
            four.await();
            return batch.all(Outcome.done());
        };
        try (Forwarder _ = start(meeting, options().parallelism(4))) {
            awaitAllAcknowledged();
        }
    }

    private void appendToFourShards() {
        for (int shard = 0; shard < 4; shard++) {
            long _ = comet.stream(STREAM, 4).shard(shard).append(new byte[1]);
        }
    }

    @Test
    void whatWillNeverBeThereIsToldAndCounted() throws Exception {
        append(0, 2);
        String text = "to be damaged";
        long _ = comet.stream(STREAM).shard(0).append(text.getBytes(StandardCharsets.UTF_8));
        append(3, 2);
        comet.close();
        Path segment = directory.resolve("log/streams/events%3Av1/0000/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text)] ^= 1;
        Files.write(segment, bytes);
        open();

        List<Gap> told = Collections.synchronizedList(new ArrayList<>());
        TestSink sink = TestSink.taking();
        try (Forwarder forwarder = start(sink, options().onGap(told::add))) {
            awaitAllAcknowledged();
            assertThat(forwarder.stats().missing()).isEqualTo(1);
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().from()).isEqualTo(2);
        assertThat(told.getFirst().length()).isEqualTo(1);
        assertThat(sink.taken).containsExactly("0", "1", "3", "4");
    }
}
