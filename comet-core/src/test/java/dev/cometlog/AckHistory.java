package dev.cometlog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether what threads saw of acks and of the watermark can be put into one order: linearizability, by search.
///
/// The order must keep every operation that ended before another began in front of it, and in it the watermark is
/// always the first offset that no ack before it covers. Histories are short: offsets from 0 to 63.
final class AckHistory {
    private final List<Operation> operations;
    private final Set<State> seen = new HashSet<>();

    /// One call, from when to when. An ack of offsets `from` up to, not including, `to`; or a look at the watermark,
    /// which was `to`.
    record Operation(boolean isAck, int from, int to, long began, long ended) {
        static Operation ack(int from, int to, long began, long ended) {
            return new Operation(true, from, to, began, ended);
        }

        static Operation look(int watermark, long began, long ended) {
            return new Operation(false, 0, watermark, began, ended);
        }
    }

    /// Which operations have been put in order, and which offsets they have acknowledged.
    private record State(long done, long acked) {}

    private AckHistory(List<Operation> operations) {
        this.operations = operations;
    }

    static boolean isLinearizable(List<Operation> operations) {
        return new AckHistory(new ArrayList<>(operations)).canFinish(new State(0, 0));
    }

    private boolean canFinish(State state) {
        if (Long.bitCount(state.done()) == operations.size()) {
            return true;
        }
        if (!seen.add(state)) {
            return false;
        }
        for (int i = 0; i < operations.size(); i++) {
            if ((state.done() & 1L << i) == 0 && mayComeNext(state, operations.get(i))) {
                State next = after(state, i);
                if (next != null && canFinish(next)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean mayComeNext(State state, Operation candidate) {
        for (int i = 0; i < operations.size(); i++) {
            if ((state.done() & 1L << i) == 0 && operations.get(i).ended() < candidate.began()) {
                return false;
            }
        }
        return true;
    }

    private @Nullable State after(State state, int index) {
        Operation operation = operations.get(index);
        long done = state.done() | 1L << index;
        if (!operation.isAck()) {
            boolean right = Long.numberOfTrailingZeros(~state.acked()) == operation.to();
            return right ? new State(done, state.acked()) : null;
        }
        long bits = (1L << operation.to()) - (1L << operation.from());
        return new State(done, state.acked() | bits);
    }
}
