package dev.cometlog.internal.log;

import org.jspecify.annotations.Nullable;

/// Tells who waits in this process that something was appended, or came to be.
///
/// Normally nobody listens, and raising it is one volatile read. Listeners run on the thread that raises it, often
/// that of an append: they must return at once, and neither allocate nor throw. Thread-safe.
public final class AppendSignal {
    /// Null if nobody listens.
    private volatile @Nullable Listener listener;

    /// Is told that there may be something new.
    @FunctionalInterface
    public interface Listener {
        void raised();
    }

    void raise() {
        Listener present = listener;
        if (present != null) {
            present.raised();
        }
    }

    /// From the next raise on the listener is called.
    public synchronized void add(Listener added) {
        Listener present = listener;
        listener = present == null ? added : new Both(present, added);
    }

    /// It may be called once more while this returns.
    public synchronized void remove(Listener removed) {
        listener = without(listener, removed);
    }

    private static @Nullable Listener without(@Nullable Listener from, Listener removed) {
        if (!(from instanceof Both both)) {
            return removed.equals(from) ? null : from;
        }
        Listener first = without(both.first, removed);
        Listener second = without(both.second, removed);
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return new Both(first, second);
    }

    /// Two that listen: more of them make a chain.
    private static final class Both implements Listener {
        private final Listener first;
        private final Listener second;

        private Both(Listener first, Listener second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void raised() {
            first.raised();
            second.raised();
        }
    }
}
