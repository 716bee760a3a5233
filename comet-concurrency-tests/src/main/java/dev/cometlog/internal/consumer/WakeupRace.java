package dev.cometlog.internal.consumer;

import dev.cometlog.internal.log.Appended;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// A consumer that goes to sleep while something is appended either sees it or is woken.
@JCStressTest
@Outcome(
        id = {"1, 0", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "It saw the entry.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "It was woken.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "It sleeps, and nobody wakes it.")
@State
public class WakeupRace {
    private final Wakeup wakeup = new Wakeup(1);
    private final Appended appended = new Appended();

    @Actor
    public void sleep(II_Result result) {
        int _ = wakeup.enter();
        result.r1 = appended.isThere() ? 1 : 0;
    }

    @Actor
    public void append() {
        appended.append();
        wakeup.wakeOne();
    }

    /// Whoever was woken left the one seat.
    @Arbiter
    public void end(II_Result result) {
        result.r2 = wakeup.enter() == Wakeup.NO_SEAT ? 0 : 1;
    }
}
