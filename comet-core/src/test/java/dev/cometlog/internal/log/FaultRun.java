package dev.cometlog.internal.log;

import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import dev.cometlog.internal.storage.NotOpenedException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// A log of which one I/O call fails, or all from one on; then everything works again, and the power is cut.
///
/// What was acknowledged must be there when calls work again, and what a sync promised after the power cut, also
/// when an fsync had failed, which the device does not repeat: what it did not take then is gone, whatever a later
/// fsync says.
final class FaultRun {
    private static final int OPERATIONS = 45;

    /// What a call may fail with, and which calls can.
    enum Fault {
        EIO(
                "Input/output error",
                Set.of(
                        "open",
                        "read",
                        "write",
                        "force",
                        "map",
                        "list",
                        "link",
                        "rename",
                        "delete",
                        "createDirectory",
                        "forceDirectory",
                        "kind",
                        "size")),
        /// For the control alone: a force that fails and says nothing.
        SILENT("", Set.of("force")),
        ENOSPC("No space left on device", Set.of("open", "write", "link", "rename", "createDirectory", "force")),
        EMFILE("Too many open files", Set.of("open", "list", "forceDirectory")),
        SHORT_WRITE("No space left on device", Set.of("write"));

        private final String reason;

        @SuppressWarnings("ImmutableEnumChecker") // of Set.of alone
        private final Set<String> calls;

        /// What a device does.
        static List<Fault> real() {
            return List.of(EIO, ENOSPC, EMFILE, SHORT_WRITE);
        }

        Fault(String reason, Set<String> calls) {
            this.reason = reason;
            this.calls = calls;
        }
    }

    private final Random random;
    private final CutDisk disk;
    private final ManualTime time = new ManualTime();
    private final Fault fault;
    private final int call;
    private final boolean forEver;
    private final LogPromises promises = new LogPromises();
    private int calls;
    private boolean lifted;

    /// @param call which of the calls that can fail so does, from 1 on
    /// @param forEver whether all later ones do as well
    FaultRun(long seed, Path directory, Fault fault, int call, boolean forEver) {
        this.random = new Random(seed);
        this.disk = CutDisk.inMemory(directory, time);
        this.fault = fault;
        this.call = call;
        this.forEver = forEver;
    }

    /// Returns whether the call was reached.
    boolean run() throws IOException, InterruptedException {
        try (PowerCutStorage storage = new PowerCutStorage(disk.storage(), disk.root(), Set.of())) {
            InterceptedStorage faulty = new InterceptedStorage(storage);
            faulty.before(this::before);
            storage.device(this::takes);
            try (LogLife life =
                    new LogLife(storage, faulty.storage(), disk, time, new BootId(1, 7), promises, random)) {
                life.liveWithFaults(OPERATIONS, fail -> lifted = !fail);
                life.noteWhatWasVisible();
            }
        }
        try (PowerCutStorage storage = new PowerCutStorage(disk.storage(), disk.root(), Set.of());
                LogLife life = new LogLife(storage, storage, disk, time, new BootId(2, 7), promises, random)) {
            life.live();
        } catch (PowerCut e) {
            return calls >= call;
        }
        throw new AssertionError("a life ends with a cut");
    }

    private void before(String method, Path path) throws IOException {
        // Forces are asked for further in, where it is known whose they are.
        if (method.equals("force") || !fails(method)) {
            return;
        }
        if (fault == Fault.SHORT_WRITE) {
            throw new InterceptedStorage.ShortWrite(path);
        }
        FileSystemException failure = new FileSystemException(path.toString(), null, fault.reason);
        throw fault == Fault.EMFILE && method.equals("forceDirectory")
                ? new NotOpenedException(path, failure)
                : failure;
    }

    private boolean takes(Path path) throws IOException {
        if (!fails("force")) {
            return true;
        }
        if (fault == Fault.SILENT) {
            return false;
        }
        throw new FileSystemException(path.toString(), null, fault.reason);
    }

    private boolean fails(String method) {
        if (lifted || !fault.calls.contains(method)) {
            return false;
        }
        calls++;
        return calls == call || (calls > call && forEver);
    }
}
