package dev.cometlog;

import static java.util.Objects.requireNonNull;

/// What happens to an entry whose handler failed at every attempt.
public sealed interface Exhausted {

    /// `process` throws [CometException.HandlerFailed]; the entry is not acknowledged.
    static Exhausted stop() {
        return new Stop();
    }

    /// The entry is acknowledged and counted as skipped.
    static Exhausted skip() {
        return new Skip();
    }

    /// The entry goes to a stream of dead letters ([DeadLetter]) and is then acknowledged.
    ///
    /// That stream is made with `defaultShards` shards if it does not exist, and is no part of "every stream" from
    /// then on. While it cannot be appended to, the entry is tried again.
    static Exhausted deadLetter(String stream) {
        return new To(stream);
    }

    record Stop() implements Exhausted {}

    record Skip() implements Exhausted {}

    /// Append it to a stream of dead letters.
    ///
    /// @param stream that stream's name
    record To(String stream) implements Exhausted {
        public To {
            requireNonNull(stream, "stream");
        }
    }
}
