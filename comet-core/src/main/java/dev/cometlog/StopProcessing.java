package dev.cometlog;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Thrown by a handler to end `process` in good order, after what succeeded was acknowledged.
public final class StopProcessing extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final @Nullable EntryId before;

    /// Ends processing after the present delivery, all of which is acknowledged.
    public StopProcessing() {
        this(null);
    }

    private StopProcessing(@Nullable EntryId before) {
        super(before == null ? "stop after this delivery" : "stop before " + before, null, false, false);
        this.before = before;
    }

    /// Ends processing before an entry of the present delivery: those before it are acknowledged, it is not.
    public static StopProcessing before(EntryId id) {
        return new StopProcessing(id);
    }

    /// The first entry that is not to be acknowledged; null if all are.
    public @Nullable EntryId before() {
        return before;
    }
}
