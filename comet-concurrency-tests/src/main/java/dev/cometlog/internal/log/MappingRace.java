package dev.cometlog.internal.log;

import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// A reader that has a segment finishes before its mapping ends, and it ends once.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read first, and ended once behind it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Gone before it was read.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Ended under a reader, twice or never.")
@State
public class MappingRace {
    private final AtomicInteger ended = new AtomicInteger();
    private final Segment segment = new Segment(
            Path.of("races"),
            new SegmentHeader(1, 0, 1, 0, 0, 0, 1, 8192),
            Pages.next(ended::incrementAndGet),
            new SegmentIndex(8192, 1),
            null);

    @Actor
    public void read(II_Result result) {
        result.r1 = read();
    }

    @Actor
    public void delete() {
        segment.retire();
    }

    /// 1 if it could read, 0 if the segment was gone already, -1 if its mapping ended meanwhile.
    private int read() {
        if (!segment.acquire()) {
            return 0;
        }
        int before = ended.get();
        int word = LittleEndian.getInt(segment.memory(), 0);
        int after = ended.get();
        segment.release();
        return before == 0 && after == 0 && word == 0 ? 1 : -1;
    }

    @Arbiter
    public void end(II_Result result) {
        result.r2 = ended.get();
    }
}
