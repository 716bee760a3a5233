package dev.cometlog.internal.storage;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Platform threads that do the file I/O for callers.
///
/// An interrupt closes the `FileChannel` its thread is using, for everybody. User threads may be interrupted
/// at any time; these threads never are, so no channel of the log is ever closed that way.
public final class IoThreads {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /// Shared by all logs of this class loader: threads appear when needed and leave after 10 idle seconds.
    private static final ThreadPoolExecutor POOL = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> new IoThread(task));

    private IoThreads() {}

    /// A piece of I/O with a result.
    @FunctionalInterface
    public interface Operation<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /// Makes a thread on which I/O runs directly.
    public static Thread newThread(String name, Runnable task) {
        Thread thread = new IoThread(task);
        thread.setName(name);
        return thread;
    }

    /// Runs `operation` on a thread that nobody interrupts and waits for it. An interrupt of the caller
    /// is kept for later: the operation is short, or the kernel would not let it be interrupted either.
    public static <T extends @Nullable Object> T call(Operation<T> operation) throws IOException {
        if (Thread.currentThread() instanceof IoThread) {
            return operation.run();
        }
        Call<T> call = new Call<>(operation);
        Future<T> result = POOL.submit(call);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    call.interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(Objects.requireNonNull(e.getCause()));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Whether who waits for what the present thread does was interrupted: asked by operations that wait for others.
    public static boolean isCallerInterrupted() {
        Thread current = Thread.currentThread();
        Call<?> call = current instanceof IoThread thread ? thread.call : null;
        return call == null ? current.isInterrupted() : call.interrupted;
    }

    /// An operation that somebody waits for.
    private static final class Call<T extends @Nullable Object> implements Callable<T> {
        private final Operation<T> operation;
        private volatile boolean interrupted;

        private Call(Operation<T> operation) {
            this.operation = operation;
        }

        @Override
        public T call() throws IOException {
            IoThread thread = (IoThread) Thread.currentThread();
            thread.call = this;
            try {
                return operation.run();
            } finally {
                thread.call = null;
            }
        }
    }

    private static IOException rethrown(Throwable cause) {
        return switch (cause) {
            case IOException e -> {
                e.addSuppressed(
                        new Throwable("called from " + Thread.currentThread().getName()));
                yield e;
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IOException(cause);
        };
    }

    private static final class IoThread extends Thread {
        /// What it does for somebody who waits; null if nobody does. Its own.
        private @Nullable Call<?> call;

        IoThread(Runnable task) {
            super(task, "comet-io-" + COUNT.incrementAndGet());
            setDaemon(true);
        }
    }
}
