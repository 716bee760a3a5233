package dev.cometlog.internal.log;

/// A page that is appended to in the order of `ShardAppender`: lock word, end offset, lock word.
public final class Appended {
    private final ShardState state = new ShardState(Pages.next());

    public void append() {
        long self = ProcessPair.FIRST.self();
        boolean _ = state.casLockWord(0, self);
        state.endOffset(1);
        boolean _ = state.casLockWord(self, 0);
    }

    public boolean isThere() {
        return state.endOffset() > 0;
    }
}
