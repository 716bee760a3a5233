package dev.cometlog.internal.log;

import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// What is below the end offset is there, whole, for whoever reads it: bytes, headers and index against the end.
///
/// The shard is one and the same all the time, and rolls on the way; the reader starts where the end was a moment ago.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Appended, and read whole.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Something torn, missing or out of order was read.")
@State
public class AppendRace {
    private static final int LENGTH = 200;
    private static final ThreadLocal<ShardReader> READERS =
            ThreadLocal.withInitial(() -> new ShardReader(ProcessPair.SHARD.view()));

    @Actor
    public void append(II_Result result) {
        byte[] payload = new byte[LENGTH];
        Arrays.fill(payload, (byte) 7);
        LittleEndian.putLong(payload, 0, ProcessPair.SHARD.state().endOffset());
        result.r1 = ProcessPair.SHARD.append(payload, 0, LENGTH) >= 0 ? 1 : 0;
    }

    @Actor
    public void read(II_Result result) {
        ShardState state = ProcessPair.SHARD.state();
        long from = Math.max(state.startOffset(), state.endOffset() - 1);
        ShardReader reader = READERS.get();
        reader.seek(from);
        List<Gap> gaps = new ArrayList<>(0);
        long[] next = {from};
        boolean[] whole = {true};
        int _ = reader.scan(
                4,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    whole[0] &= offset == next[0]++ && isWhole(memory, position, length);
                    return true;
                },
                gaps::add);
        boolean expired = gaps.stream().allMatch(gap -> gap.reason() == Gap.Reason.RETENTION);
        result.r2 = expired && (whole[0] || !gaps.isEmpty()) ? 1 : 0;
    }

    private static boolean isWhole(MemorySegment memory, long position, int length) {
        return length == LENGTH && LittleEndian.getLong(memory, position + LENGTH - 8) == 0x0707_0707_0707_0707L;
    }
}
