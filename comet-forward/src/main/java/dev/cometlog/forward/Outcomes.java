package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What follows from the outcomes of a batch. Pure.
final class Outcomes {
    private Outcomes() {}

    /// What decides: the first outcome that is not done. Entries behind it wait until it is dealt with.
    static @Nullable Outcome firstTrouble(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            if (!(outcome instanceof Outcome.Done)) {
                return outcome;
            }
        }
        return null;
    }

    static Outcome.Retry longestRetry(List<Outcome> outcomes) {
        Outcome.Retry longest = null;
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Retry retry
                    && (longest == null || retry.after().compareTo(longest.after()) > 0)) {
                longest = retry;
            }
        }
        return requireNonNull(longest, "asked only if there is one");
    }

    static List<Entry> notDone(List<Entry> entries, List<Outcome> outcomes) {
        List<Entry> left = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!(outcomes.get(i) instanceof Outcome.Done)) {
                left.add(entries.get(i));
            }
        }
        return left;
    }
}
