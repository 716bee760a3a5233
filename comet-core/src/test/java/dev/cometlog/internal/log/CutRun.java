package dev.cometlog.internal.log;

import java.io.IOException;
import java.util.Set;

/// Work that power cuts interrupt, and a look at all that is left. Everything follows from a seed.
interface CutRun {
    /// Goes on until there were that many cuts.
    ///
    /// @throws AssertionError if a promise was broken
    void run(int cutsWanted) throws IOException, InterruptedException;

    /// How many cuts there were.
    int cuts();

    /// The places in the product, as [ForcePlace] names them, that forced anything.
    Set<String> forcedAt();
}
