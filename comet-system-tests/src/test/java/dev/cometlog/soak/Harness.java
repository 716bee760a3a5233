package dev.cometlog.soak;

import java.time.Duration;

/// One way of trying to break the log, for as long as one likes. `./soak` runs those that [Harnesses] names, each in
/// a JVM of its own.
public interface Harness {
    /// What `--only` and the results call it, such as `power-cuts`.
    String name();

    /// How much of the time it gets, beside the shares of the others and above the least.
    int share();

    /// The time below which it comes to no figures.
    Duration least();

    /// Tries again and again, with one seed after the other, as long as the budget has time left. Everything it
    /// does follows from the seed, as far as the machine lets it.
    ///
    /// @param seed the first one
    /// @throws AssertionError naming the seed, when a promise was broken
    Figures run(long seed, Budget budget) throws Exception;
}
