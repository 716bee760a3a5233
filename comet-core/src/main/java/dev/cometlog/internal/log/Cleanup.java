package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Goes through all steps of a close even if some fail, and keeps the failures.
final class Cleanup {
    private @Nullable Exception first;

    /// A step without a result.
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /// A step with a result.
    @FunctionalInterface
    interface Question<T> {
        T call() throws IOException;
    }

    void run(Step step) {
        Object _ = call(() -> {
            step.run();
            return true;
        });
    }

    /// The result, or null if the step failed.
    <T> @Nullable T call(Question<T> question) {
        try {
            return question.call();
        } catch (IOException | RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
            return null;
        }
    }

    void rethrow(Path directory) {
        switch (first) {
            case null -> {}
            case RuntimeException e -> throw e;
            default -> throw new CometException.IoFailure(directory + " was not closed cleanly: " + first, first);
        }
    }
}
