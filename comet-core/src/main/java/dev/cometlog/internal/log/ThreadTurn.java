package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Whose turn it is among the threads of this process: a lock that no `StackOverflowError` leaves held for good.
///
/// An overflow may strike a holder anywhere, also in the code that gives the turn back. So a turn is taken by a
/// single compare-and-set, with nothing to note behind it that a call could fail at, and who waits looks at the
/// holder's stack: a thread with none of the classes on it that hold the turn has left it behind, and it is taken
/// over. Not reentrant, so a thread that finds itself the holder has left it behind too. Whoever takes a turn must
/// therefore check what the one before left half-done: in [ShardLock] the lock word tells, in [ShardSync] the claim, in
/// a lingering appender the batches that are unfinished.
public final class ThreadTurn {
    private static final long NOBODY = 0;
    private static final int TICKET_BITS = 20;
    private static final long TICKETS = (1L << TICKET_BITS) - 1;
    private static final int SPINS = 100;
    private static final long FIRST_LOOK_NANOS = 2_000_000;
    private static final long LAST_LOOK_NANOS = 200_000_000;

    private static final VarHandle HOLDER;

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(ThreadTurn.class, "holder", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TimeSource time;
    private final long timeoutNanos;

    /// Nobody holds the turn but inside a method of these.
    private final String[] inside;

    private final ConcurrentLinkedQueue<Thread> waiting = new ConcurrentLinkedQueue<>();

    /// Thread id and ticket of the holder. No two turns have the same word, so that one which was looked at and
    /// found left behind cannot be taken for a later one of the same thread.
    private volatile long holder = NOBODY;

    /// What the next turn of any thread is told apart by. Written by the holder, read by who would like to be.
    private long ticket;

    /// Who took the last turn, to look at; checked against the word. Written by the holder.
    private @Nullable Thread thread;

    /// What [#takeLeftBehind] saw last; its caller's own.
    private long suspect;

    /// @param timeout after which [#await] gives up
    /// @param inside the classes that hold the turn, each only during a call of its methods
    public ThreadTurn(TimeSource time, Duration timeout, Class<?>... inside) {
        this.time = time;
        this.timeoutNanos = timeout.toNanos();
        this.inside = Arrays.stream(inside).map(Class::getName).toArray(String[]::new);
    }

    /// Takes the turn if nobody has it.
    boolean tryTake() {
        return take(NOBODY);
    }

    /// Nothing may be called behind the compare-and-set.
    private boolean take(long from) {
        Thread current = Thread.currentThread();
        long next = (ticket + 1) & TICKETS;
        long word = (current.threadId() << TICKET_BITS) | next;
        if (word == from || !HOLDER.compareAndSet(this, from, word)) {
            return false;
        }
        ticket = next;
        if (thread != current) {
            thread = current;
        }
        return true;
    }

    /// Waits for the turn; false if that took longer than the timeout.
    boolean await() throws InterruptedException {
        for (int i = 0; i < SPINS; i++) {
            if (holder == NOBODY && tryTake()) {
                return true;
            }
            Thread.onSpinWait();
        }
        Thread current = Thread.currentThread();
        long started = time.nanoTime();
        long look = FIRST_LOOK_NANOS;
        while (true) {
            // Queued before the last try: who ends a turn looks at the queue afterwards.
            waiting.add(current);
            if (tryTake()) {
                waiting.remove(current);
                return true;
            }
            long word = holder;
            long looked = time.nanoTime();
            LockSupport.parkNanos(this, Math.min(look, Math.max(1, timeoutNanos - (looked - started))));
            waiting.remove(current);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (word != NOBODY && word == holder && isLeftBehind(word) && take(word)) {
                return true;
            }
            if (time.nanoTime() - started >= timeoutNanos) {
                return tryTake();
            }
            look = Math.min(2 * look, LAST_LOOK_NANOS);
        }
    }

    /// Takes a turn that was held already at the last call and has been left behind.
    boolean takeLeftBehind() {
        long word = holder;
        boolean stays = word != NOBODY && word == suspect;
        suspect = word;
        return stays && isLeftBehind(word) && take(word);
    }

    private boolean isLeftBehind(long word) {
        long id = word >>> TICKET_BITS;
        if (id == Thread.currentThread().threadId()) {
            return true;
        }
        Thread last = thread;
        if (last == null || last.threadId() != id) {
            return false;
        }
        // The newest frames, as many as the JVM tells; whoever is inside is so with one of these.
        for (StackTraceElement frame : last.getStackTrace()) {
            for (String name : inside) {
                if (frame.getClassName().equals(name)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Takes the turn, however long its holder is at it.
    void take() throws InterruptedException {
        boolean mine = tryTake();
        while (!mine) {
            mine = await();
        }
    }

    /// Like [#take()], for what must be done though somebody interrupts it.
    public void takeWhateverComes() {
        boolean interrupted = false;
        while (true) {
            try {
                take();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives the turn back.
    public void end() {
        holder = NOBODY;
        Thread next = waiting.poll();
        if (next != null) {
            LockSupport.unpark(next);
        }
    }

    /// Gives the turn back if the calling thread has it.
    void endIfMine() {
        if (holder >>> TICKET_BITS == Thread.currentThread().threadId()) {
            end();
        }
    }
}
