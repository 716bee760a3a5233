package dev.cometlog.internal.consumer;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.log.Pages;
import dev.cometlog.internal.log.ProcessPair;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// Two members want one shard: one at a time has its lease, and the next one goes on where the last one acknowledged.
@JCStressTest
@Outcome(
        id = {"1, 0, 1", "0, 1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "The other had it.")
@Outcome(
        id = {"1, 2, 2", "2, 1, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "One after the other; no ack was lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two at once, or an ack was lost.")
@State
public class GroupLeaseRace {
    private static final int SHARD = 3;

    private final GroupFile file = new GroupFile(null, Pages.next(), SHARD + 1);

    @Actor
    public void first(III_Result result) {
        result.r1 = ackOne(ProcessPair.FIRST.self());
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = ackOne(ProcessPair.SECOND.self());
    }

    /// The watermark that it reached; 0 if it did not get the lease.
    private int ackOne(long self) {
        if (!file.casLease(SHARD, 0, self)) {
            return 0;
        }
        // Read once the lease is ours, as `GroupProgress` does; a word of zeros is where the group begins.
        long word = file.ackWord(SHARD);
        long next = GroupDescriptor.acked(word).orElse(0) + 1;
        boolean stored = file.casAckWord(SHARD, word, GroupDescriptor.ackWord(next));
        file.add(SHARD, GroupFile.Counter.ACKED, 1);
        boolean released = file.casLease(SHARD, self, 0);
        return stored && released ? (int) next : -1;
    }

    @Arbiter
    public void end(III_Result result) {
        long acked = GroupDescriptor.acked(file.ackWord(SHARD)).orElse(-1);
        result.r3 = file.counter(SHARD, GroupFile.Counter.ACKED) == acked ? (int) acked : -1;
    }
}
