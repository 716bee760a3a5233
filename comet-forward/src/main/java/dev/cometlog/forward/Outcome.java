package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// What became of an entry at its destination.
public sealed interface Outcome {

    /// The destination has it, as safely as it ever will.
    static Outcome done() {
        return Done.INSTANCE;
    }

    /// It may be there or not; to be sent again after the usual wait.
    static Outcome retry(String reason) {
        return new Retry(reason, Duration.ZERO);
    }

    /// It may be there or not; to be sent again, but not before `after` has passed, because the destination asked
    /// for that.
    static Outcome retry(String reason, Duration after) {
        return new Retry(reason, after);
    }

    /// The destination will never take it.
    static Outcome reject(String reason) {
        return new Reject(reason);
    }

    /// The destination has the entry.
    record Done() implements Outcome {
        private static final Done INSTANCE = new Done();
    }

    /// To be sent again.
    ///
    /// @param reason why, in words for people
    /// @param after the least wait; zero if the destination asked for none
    record Retry(String reason, Duration after) implements Outcome {
        public Retry {
            requireNonNull(reason, "reason");
            if (after.isNegative()) {
                throw new IllegalArgumentException("after must not be negative: after=" + after);
            }
        }
    }

    /// Never to be sent again.
    ///
    /// @param reason why, in words for people
    record Reject(String reason) implements Outcome {
        public Reject {
            requireNonNull(reason, "reason");
        }
    }
}
