package dev.cometlog.internal.log;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// Two processes under the lock word: neither loses what the other did, and each sees it.
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "One after the other.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once.")
@State
public class LockWordRace {
    private final ShardState state = new ShardState(Pages.next());
    private final ShardLock first = ProcessPair.lock(state, ProcessPair.FIRST);
    private final ShardLock second = ProcessPair.lock(state, ProcessPair.SECOND);

    @Actor
    public void first() {
        count(first);
    }

    @Actor
    public void second() {
        count(second);
    }

    private void count(ShardLock lock) {
        lock.lock();
        // Plain for the holder, like all that the lock word guards.
        state.writeLimit(state.writeLimit() + 1);
        lock.unlock();
    }

    @Arbiter
    public void end(J_Result result) {
        result.r1 = state.writeLimit();
    }
}
