package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.IoThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Every I/O call of a piece of work fails in turn, once or from then on, in every way.
public final class Faults {
    private final Path directory;
    private final List<String> found = Collections.synchronizedList(new ArrayList<>());
    private long runs;

    /// @param directory an empty one
    public Faults(Path directory) {
        this.directory = directory;
    }

    /// How many runs there were in which a call failed.
    public long runs() {
        return runs;
    }

    /// What went wrong, each with what failed.
    public List<String> found() {
        return found;
    }

    /// Lets each of the first `calls` calls fail of the work that a seed gives, as long as `more` says so.
    public void run(long seed, int calls, BooleanSupplier more) throws InterruptedException {
        onIoThread(() -> {
            for (FaultRun.Fault fault : FaultRun.Fault.real()) {
                for (boolean forEver : new boolean[] {false, true}) {
                    runEach(seed, fault, forEver, calls, more);
                }
            }
            return null;
        });
    }

    /// The same with forces alone that fail and say that they did not.
    void runHidingFailedForces(long seed, int calls) throws InterruptedException {
        onIoThread(() -> {
            runEach(seed, FaultRun.Fault.SILENT, true, calls, () -> found.isEmpty());
            return null;
        });
    }

    /// On such a thread I/O is done at once, and not handed to another one.
    private static void onIoThread(Callable<@Nullable Void> work) throws InterruptedException {
        FutureTask<@Nullable Void> all = new FutureTask<>(work);
        IoThreads.newThread("faults", all).start();
        try {
            all.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void runEach(long seed, FaultRun.Fault fault, boolean forEver, int calls, BooleanSupplier more)
            throws InterruptedException {
        for (int call = 1; call <= calls && more.getAsBoolean(); call++) {
            try {
                if (!new FaultRun(seed, directory, fault, call, forEver).run()) {
                    return;
                }
                runs++;
            } catch (IOException | RuntimeException | AssertionError e) {
                found.add("seed " + seed + ", " + fault + " at call " + call + (forEver ? " and all later: " : ": ")
                        + described(e));
            }
        }
    }

    private static String described(Throwable e) {
        StringBuilder text = new StringBuilder(e.toString());
        for (StackTraceElement frame : e.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.cometlog") && text.length() < 2_000) {
                text.append("\n    at ").append(frame);
            }
        }
        return text.toString();
    }
}
