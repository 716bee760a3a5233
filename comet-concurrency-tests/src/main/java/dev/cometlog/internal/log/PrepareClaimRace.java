package dev.cometlog.internal.log;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Two preparers and their segment: it is announced once, and taken once.
@JCStressTest
@Outcome(
        id = {"1, 0", "0, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "Only one announced, and it was taken once.")
@Outcome(
        id = {"1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "Taken before the other announced its own.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A segment was taken twice, or lost.")
@State
public class PrepareClaimRace {
    private static final long NONCE = 77;

    private final ShardState state = new ShardState(Pages.next());

    @Actor
    public void first(II_Result result) {
        result.r1 = prepareAndTake(ProcessPair.FIRST.self(), NONCE);
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = prepareAndTake(ProcessPair.SECOND.self(), NONCE + 1);
    }

    private int prepareAndTake(long self, long nonce) {
        if (!state.casPrepareClaim(0, self)) {
            return 0;
        }
        boolean announced = state.casPreparedNonce(0, nonce);
        boolean taken = state.casPreparedNonce(nonce, 0);
        boolean ended = state.casPrepareClaim(self, 0);
        return announced && taken && ended ? 1 : -1;
    }
}
