package dev.cometlog.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Fresh entries go out at once, whatever has piled up before them.
class LiveFirstTest extends ForwarderFixture {
    private static final String LIVE = GROUP + LiveFirst.LIVE;

    /// Whether the destination is there, and for old entries too.
    private volatile boolean away;

    private volatile boolean backfillWaits;

    private final TestSink sink = new TestSink(texts -> {
        boolean old = backfillWaits && Integer.parseInt(texts.getFirst()) < 100;
        return Collections.nCopies(texts.size(), away || old ? Outcome.retry("away") : Outcome.done());
    });

    private static ForwarderOptions.Builder liveFirst() {
        return options().liveFirst(Duration.ofMinutes(1));
    }

    private void awaitTaken(String... texts) {
        awaitTrue(() -> sink.taken.containsAll(List.of(texts)));
    }

    private void awaitMark(long offset) {
        awaitTrue(() -> {
            try (CometConsumer mark = comet.consumer(GROUP + LiveFirst.MARK)) {
                return mark.lag(STREAM).shards().getFirst().ackedOffset() >= offset;
            }
        });
    }

    @Test
    void whatThereIsBeforeItBeginsIsSentBesideWhatComes() throws Exception {
        append(0, 20);
        backfillWaits = true;
        try (Forwarder _ = start(sink, liveFirst())) {
            append(100, 3);
            awaitTaken("100", "101", "102");
            assertThat(sink.taken).containsExactly("100", "101", "102");
            assertThat(behind()).as("the group is as far as everything is sent").isEqualTo(23);
            backfillWaits = false;
            awaitAllAcknowledged();
        }
        assertThat(sink.taken).hasSize(23);
        assertThat(sink.taken.subList(3, 23)).isEqualTo(texts(0, 20));
        assertThat(sink.groups.subList(0, 3)).containsOnly(LIVE);
        assertThat(sink.groups.subList(3, 23)).containsOnly(GROUP);
    }

    @Test
    void afterAnOutageFreshEntriesGoFirstAndEverythingArrivesOnce() throws Exception {
        append(0, 1);
        try (Forwarder _ = start(sink, liveFirst())) {
            awaitAllAcknowledged();
            append(1, 1);
            awaitAllAcknowledged();
            assertThat(sink.groups).containsExactly(GROUP, LIVE);
            awaitMark(2);

            away = true;
            append(2, 30);
            // A minute of failures passes in no time; then main has what is there.
            awaitTrue(() -> !sink.calls.isEmpty() && sink.calls.getLast().contains("2") && markIs(32));
            backfillWaits = true;
            away = false;
            append(100, 2);
            awaitTaken("100", "101");
            assertThat(sink.taken).containsExactly("0", "1", "100", "101");
            backfillWaits = false;
            awaitAllAcknowledged();
        }
        assertThat(sink.taken.subList(4, 34)).isEqualTo(texts(2, 32));
        assertThat(sink.taken).hasSize(34).doesNotHaveDuplicates();
    }

    private boolean markIs(long offset) {
        try (CometConsumer mark = comet.consumer(GROUP + LiveFirst.MARK)) {
            return mark.lag(STREAM).shards().getFirst().ackedOffset() == offset;
        }
    }

    @Test
    void itGoesOnWhereItWasWithoutSendingAgainWhatWasSentFirst() throws Exception {
        append(0, 20);
        backfillWaits = true;
        try (Forwarder _ = start(sink, liveFirst())) {
            append(100, 3);
            awaitTaken("100", "101", "102");
        }
        append(103, 1);
        backfillWaits = false;
        try (Forwarder _ = start(sink, liveFirst())) {
            awaitAllAcknowledged();
        }
        assertThat(sink.taken).hasSize(24).doesNotHaveDuplicates();
        assertThat(sink.taken).containsSubsequence(texts(0, 20));
    }

    @Test
    void aStreamThatComesLaterIsSentFromItsStart() throws Exception {
        comet.stream(STREAM, 1);
        try (Forwarder _ = start(sink, liveFirst())) {
            append(0, 10);
            awaitAllAcknowledged();
        }
        assertThat(sink.taken).isEqualTo(texts(0, 10));
    }

    @Test
    void theMarkFollowsSoThatNothingIsKeptForIt() throws Exception {
        append(0, 5);
        try (Forwarder _ = start(sink, liveFirst())) {
            awaitAllAcknowledged();
            append(5, 5);
            awaitAllAcknowledged();
            awaitMark(10);
        }
    }

    @Test
    void oneForwarderAtATimeSharesOut() throws Exception {
        append(0, 1);
        TestSink other = TestSink.taking();
        try (Forwarder _ = start(sink, liveFirst())) {
            awaitAllAcknowledged();
            assertThatThrownBy(() -> start(other, liveFirst()))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining(LiveFirst.MARK);
        }
        try (Forwarder _ = start(other, liveFirst())) {
            append(1, 1);
            awaitTrue(() -> other.taken.contains("1"));
        }
    }
}
