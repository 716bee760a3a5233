package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Two threads of one process, which share the lock: the turn of a thread keeps them apart.
///
/// The turn alone, since behind it the lock word, which names the process, would hide that both have it.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "One after the other.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once.")
@State
public class ThreadTurnRace {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /// So long that who comes in meanwhile is seen.
    private static final int SPINS_INSIDE = 20;

    private final ThreadTurn turn = new ThreadTurn(TimeSource.SYSTEM, TIMEOUT, ThreadTurnRace.class);
    private volatile boolean occupied;

    @Actor
    public void first(II_Result result) {
        result.r1 = isAlone() ? 1 : 0;
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = isAlone() ? 1 : 0;
    }

    private boolean isAlone() {
        try {
            if (!turn.tryTake() && !turn.await()) {
                return false;
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        boolean alone = !occupied;
        occupied = true;
        for (int i = 0; i < SPINS_INSIDE; i++) {
            Thread.onSpinWait();
            alone &= occupied;
        }
        occupied = false;
        turn.end();
        return alone;
    }
}
