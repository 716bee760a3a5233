package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.systemtests.GroupJournal.Event;
import dev.cometlog.systemtests.GroupJournal.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The control of [GroupKillIT]: what it looks for is found if it is there.
class GroupJournalTest {
    private static final Event FIRST = new Event(Kind.HANDLING, 0, 0, 10, 100);

    private static GroupJournal journal(Event... events) {
        return new GroupJournal(1, List.of(events));
    }

    @Test
    void whatWasNotAcknowledgedMayBeHandledAgain() {
        GroupJournal journal = journal(
                FIRST,
                FIRST.acknowledged(110),
                new Event(Kind.HANDLING, 0, 10, 20, 120),
                new Event(Kind.HANDLING, 0, 10, 30, 130));
        assertThat(journal.faults()).isEmpty();
        assertThat(journal.handledAgain()).isEqualTo(10);
        assertThat(journal.missing(new long[] {30})).isZero();
    }

    @Test
    void anEntryHandledAgainAfterItsAckIsAFault() {
        Event again = new Event(Kind.HANDLING, 0, 9, 20, 120);
        assertThat(journal(FIRST, FIRST.acknowledged(110), again).faults())
                .singleElement()
                .asString()
                .contains("again");
        assertThat(journal(FIRST, FIRST.acknowledged(130), again).faults()).isEmpty();
    }

    @Test
    void anEntryThatIsPassedOverIsAFaultAndMissing() {
        GroupJournal journal = journal(FIRST, new Event(Kind.HANDLING, 0, 11, 20, 120));
        assertThat(journal.faults()).singleElement().asString().contains("passed over");
        assertThat(journal.missing(new long[] {20})).isEqualTo(1);
        assertThat(journal.missing(new long[] {21})).isEqualTo(2);
    }

    @Test
    void twoMembersAtAShardAreAFault() {
        assertThat(journal(FIRST, new Event(Kind.OVERLAP, 0, 0, 10, 105)).faults())
                .singleElement()
                .asString()
                .contains("two members");
    }
}
