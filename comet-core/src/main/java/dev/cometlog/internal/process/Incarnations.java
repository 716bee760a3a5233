package dev.cometlog.internal.process;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.LockFile.Held;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Who has the log open, told by byte-range locks of `processes.lock`, which the kernel frees on any death.
///
///     0           1 ...     2^16      2^32 ...          2^61 ...               2^62
///     +-----------+-----------+- ... -+----------- ... -+--------------- ... --+
///     |  Control  | Small ids |       | Recovery of a   |    Incarnations      |
///     |           |           |       | shard, by hash  |                      |
///     +-----------+-----------+- ... -+----------- ... -+--------------- ... --+
///
/// An incarnation is a random number that is never used twice, so one that is dead stays dead. It is alive as
/// long as somebody holds the byte of that position. Thread-safe.
public final class Incarnations implements AutoCloseable {
    /// The lock file's name in the log directory. Nothing but [LockFile] may ever open it.
    public static final String LOCK_FILE = "processes.lock";

    static final long CONTROL = 0;
    static final long SMALL_IDS = CONTROL + 1;
    static final long SMALL_IDS_END = 1 << 16;
    static final long RECOVERY = 1L << 32;
    static final long FIRST = 1L << 61;
    static final long END = 1L << 62;

    private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(10);
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000;
    private static final RandomGenerator RANDOM = new SecureRandom();

    /// Serialises probes in this JVM, whatever the class loader: the JDK refuses overlapping locks within one
    /// JVM, so that one probe would take another for a holder. An interned string is one object for all.
    private static final Object PROBES = "dev.cometlog processes.lock probes".intern();

    /// Null for one who only reads: it takes no lock, and takes nothing over from the dead.
    private final @Nullable LockFile file;
    private final ProcessFiles descriptions;
    private final long self;

    // Guarded by this.
    private @Nullable Held own;
    private @Nullable Held smallId;
    private int processId;
    private boolean closed;

    private Incarnations(@Nullable LockFile file, ProcessFiles descriptions, long self) {
        this.file = file;
        this.descriptions = descriptions;
        this.self = self;
    }

    /// Draws an incarnation that does not count as alive before [#enter()].
    public static Incarnations prepare(Storage storage, Path logDirectory, int fileMode) throws IOException {
        LockFile file = LockFile.open(logDirectory.resolve(LOCK_FILE), fileMode);
        return new Incarnations(file, descriptions(storage, logDirectory), RANDOM.nextLong(FIRST, END));
    }

    /// For one who only reads. Everybody else counts as alive, and no lock can be had.
    public static Incarnations nobody(Storage storage, Path logDirectory) {
        return new Incarnations(null, descriptions(storage, logDirectory), 0);
    }

    private static ProcessFiles descriptions(Storage storage, Path logDirectory) {
        return new ProcessFiles(storage, logDirectory.resolve("processes"));
    }

    /// Draws an incarnation and makes it alive, without any care for epochs.
    public static Incarnations open(Storage storage, Path logDirectory, int fileMode) throws IOException {
        Incarnations incarnations = prepare(storage, logDirectory, fileMode);
        try (Held _ = incarnations.control(CONTROL_TIMEOUT)) {
            incarnations.enter();
        }
        return incarnations;
    }

    /// Makes this incarnation alive, until closed. Called under [#control(Duration)].
    public synchronized void enter() throws IOException {
        if (own != null || closed) {
            throw new IllegalStateException("entered before");
        }
        own = tryLock(self)
                .orElseThrow(() -> new IOException("byte " + self + " of processes.lock is locked by another process"));
        descriptions.sweep(this::isAlive);
        descriptions.write(self, OptionalInt.empty());
    }

    /// The number that names this open of the log.
    public long self() {
        return self;
    }

    /// Whether that incarnation may still act. Numbers that no incarnation can have are dead.
    public boolean isAlive(long incarnation) {
        if (incarnation == self) {
            return true;
        }
        return incarnation >= FIRST && incarnation < END && isLocked(incarnation, 1);
    }

    /// Like [#isAlive(long)]; one who only reads, and may probe no lock, goes by what the system tells of the
    /// process that the incarnation says it is.
    public boolean seemsAlive(long incarnation) {
        return file == null ? descriptions.seemsAlive(incarnation) : isAlive(incarnation);
    }

    /// Whether an incarnation is of a process that was stopped by a signal or a debugger, as far as known.
    public boolean isStopped(long incarnation) {
        return descriptions.isStopped(incarnation);
    }

    /// Who has the log open for writing, as far as known, by process number.
    public List<ProcessDescription> processes() {
        return descriptions.all(this::seemsAlive);
    }

    /// Whether any other process or class loader has the log open. Certain only under [#control(Duration)].
    public boolean anyoneElseAlive() {
        // Two ranges: one that spans the own byte could never be had.
        return isLocked(FIRST, self - FIRST) || isLocked(self + 1, END - self - 1);
    }

    private boolean isLocked(long position, long length) {
        if (file == null) {
            return true;
        }
        if (length == 0) {
            return false;
        }
        synchronized (PROBES) {
            try {
                return file.isLocked(position, length);
            } catch (IOException e) {
                throw new CometException.IoFailure("cannot probe processes.lock", e);
            }
        }
    }

    /// A number from 0 that no other open of the log has at the same time, the lowest that is free when it is
    /// first asked for; kept until closed. For prefork servers that share out the shards.
    public synchronized int processId() {
        if (closed) {
            throw new CometException.Closed("the log");
        }
        if (smallId == null) {
            for (long position = SMALL_IDS; smallId == null; position++) {
                if (position == SMALL_IDS_END) {
                    throw new CometException.IoFailure("all " + (SMALL_IDS_END - 1) + " process ids are taken", null);
                }
                processId = (int) (position - SMALL_IDS);
                smallId = tryLock(position).orElse(null);
            }
            try {
                descriptions.write(self, OptionalInt.of(processId));
            } catch (IOException e) {
                throw new CometException.IoFailure("the process id cannot be noted in processes/", e);
            }
        }
        return processId;
    }

    /// Takes the lock under which the directory's own files change, for a short time.
    ///
    /// @throws CometException.Interrupted if interrupted while waiting
    /// @throws CometException.ShardBusy after `timeout`, naming who has the log open
    public Held control(Duration timeout) {
        long started = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            Optional<Held> control = tryLock(CONTROL);
            if (control.isPresent()) {
                return control.get();
            }
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new CometException.Interrupted("waiting for the log's control lock", null);
            }
            if (System.nanoTime() - started >= timeout.toNanos()) {
                throw new CometException.ShardBusy("the log's control lock was not free within " + timeout
                        + "; it is held by one of: " + descriptions.describeOthers(self, this::isAlive));
            }
            LockSupport.parkNanos(this, pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }

    /// Who else has the log open, for messages.
    public String describeOthers() {
        return descriptions.describeOthers(self, this::isAlive);
    }

    /// The right to recover the shard with that hash; empty while another has it.
    public Optional<Held> tryRecovery(int shardHash) {
        return tryLock(RECOVERY + Integer.toUnsignedLong(shardHash));
    }

    private Optional<Held> tryLock(long position) {
        if (file == null) {
            throw new CometException.ReadOnly("the log was opened read-only");
        }
        try {
            return file.tryLock(position, 1);
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot lock byte " + position + " of processes.lock", e);
        }
    }

    /// Says for a message which process an incarnation is, as far as known, and whether it is stopped.
    public String describe(long incarnation) {
        return descriptions.describe(incarnation);
    }

    /// Ends this incarnation: from now on others find it dead.
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (own != null) {
                descriptions.delete(self);
            }
        } finally {
            release(smallId);
            release(own);
        }
    }

    private static void release(@Nullable Held held) throws IOException {
        if (held != null) {
            held.close();
        }
    }
}
