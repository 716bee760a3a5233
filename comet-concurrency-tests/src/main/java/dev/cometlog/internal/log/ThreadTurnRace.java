package dev.cometlog.internal.log;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// Two threads of one process, which share the lock: the turn of a thread keeps them apart.
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "One after the other.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once.")
@State
public class ThreadTurnRace {
    private final ShardState state = new ShardState(Pages.next());
    private final ShardLock lock = ProcessPair.lock(state, ProcessPair.FIRST);

    @Actor
    public void first() {
        count();
    }

    @Actor
    public void second() {
        count();
    }

    private void count() {
        lock.lock();
        state.writeLimit(state.writeLimit() + 1);
        lock.unlock();
    }

    @Arbiter
    public void end(J_Result result) {
        result.r1 = state.writeLimit();
    }
}
