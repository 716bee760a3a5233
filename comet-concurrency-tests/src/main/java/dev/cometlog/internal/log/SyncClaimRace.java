package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// One syncer at a time, and the next one knows what the last one found: its poison, or its checkpoint and then the
/// durable offset. The first number is what the first found (1 none before it, 2 that of the other), 0 if it had to
/// wait.
@JCStressTest
@Outcome(
        id = {"1, 0", "0, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "The other was at it.")
@Outcome(
        id = {"1, 2", "2, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "One after the other, and it saw everything.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two syncers at once, or one that missed what the other left.")
@State
public class SyncClaimRace {
    private static final long OFFSET = 5;

    private final ShardState state = new ShardState(Pages.next());

    @Actor
    public void first(II_Result result) {
        result.r1 = sync(ProcessPair.FIRST.self());
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = sync(ProcessPair.SECOND.self());
    }

    private int sync(long self) {
        if (!state.casSyncClaim(0, self)) {
            return 0;
        }
        int found = found();
        state.checkpoint(new Checkpoint(2, OFFSET, 64, 0, OFFSET, 1));
        state.durableOffset(OFFSET);
        boolean first = state.casPoison(0, self);
        boolean ended = state.casSyncClaim(self, 0);
        // Who comes second finds the poison that the first one left.
        return ended && first == (found == 1) ? found : -1;
    }

    private int found() {
        boolean durable = state.durableOffset() == OFFSET;
        boolean checkpoint = state.checkpoint().isPresent();
        boolean poison = state.poison() != 0;
        if (durable != checkpoint || checkpoint != poison) {
            return -1;
        }
        return durable ? 2 : 1;
    }
}
