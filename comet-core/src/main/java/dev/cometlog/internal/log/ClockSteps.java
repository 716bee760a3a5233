package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;

/// Keeps age meaningful when the wall clock is set while entries lie on the disk.
///
/// The wall clock minus the machine's monotonic clock is constant but for such steps, so the first who looks
/// after one sees its size; it is kept in `comet.state` for all processes.
///
/// - A step forward, as of a box that boots in 1970 until NTP corrects it: times between boot and step were
///   told by the wrong clock, and count as that much later. Entries that are minutes old stay minutes old.
/// - A step back: a time that lies ahead was told by the wrong clock. The file's modification time tells it if
///   that is in the past, else the moment of the step does; so it expires `maxAge` after that at the latest.
///
/// The modification time is used for nothing else: stores into a mapped page that is dirty already leave it
/// as it is. The monotonic clock stands still while the machine sleeps, which delays expiry by that time.
final class ClockSteps {
    /// Corrections below this are not worth one.
    private static final long LEAST_STEP_MICROS = 60_000_000;

    /// Slewing adds up; followed so that it never looks like a step.
    private static final long DRIFT_MICROS = 1_000_000;

    private final DirectoryState state;
    private final TimeSource time;
    private final long boot;

    ClockSteps(DirectoryState state, TimeSource time, BootId boot) {
        this.state = state;
        this.time = time;
        this.boot = boot.high() ^ Long.rotateLeft(boot.low(), 1);
    }

    /// Notes a step since somebody last looked. Called now and then by whoever may write.
    void observe() {
        if (boot == 0) {
            // Without a boot id the monotonic clock of before means nothing.
            return;
        }
        long monotonic = time.nanoTime() / 1000;
        long now = time.epochMicros();
        long offset = now - monotonic;
        if (state.clock(DirectoryState.Clock.BOOT) != boot) {
            state.clock(DirectoryState.Clock.OFFSET, offset);
            state.clock(DirectoryState.Clock.BOOT, boot);
            return;
        }
        long known = state.clock(DirectoryState.Clock.OFFSET);
        long step = offset - known;
        if (Math.abs(step) < DRIFT_MICROS || !state.casClock(DirectoryState.Clock.OFFSET, known, offset)) {
            return;
        }
        if (step >= LEAST_STEP_MICROS) {
            forward(known, known + monotonic, step);
        } else if (step <= -LEAST_STEP_MICROS) {
            state.clock(
                    DirectoryState.Clock.STEP_SIZE, Math.max(0, state.clock(DirectoryState.Clock.STEP_SIZE) + step));
            state.clock(DirectoryState.Clock.STEPPED_BACK_TO, now);
        }
    }

    private void forward(long begin, long end, long step) {
        long size = state.clock(DirectoryState.Clock.STEP_SIZE);
        if (size > 0 && state.clock(DirectoryState.Clock.STEP_BOOT) == boot) {
            state.clock(DirectoryState.Clock.STEP_SIZE, size + step);
            return;
        }
        state.clock(DirectoryState.Clock.STEP_SIZE, 0);
        state.clock(DirectoryState.Clock.STEP_BEGIN, begin);
        state.clock(DirectoryState.Clock.STEP_END, end);
        state.clock(DirectoryState.Clock.STEP_BOOT, boot);
        state.clock(DirectoryState.Clock.STEP_SIZE, step);
    }

    /// When something happened, by the present clock.
    ///
    /// @param micros when it happened, as the clock of then told
    /// @param modifiedMicros when its file was last written, as the file system tells
    long corrected(long micros, long modifiedMicros) {
        long now = time.epochMicros();
        long corrected = stepped(micros);
        if (corrected <= now) {
            return corrected;
        }
        long modified = stepped(modifiedMicros);
        if (modified <= now) {
            return modified;
        }
        long steppedBackTo = state.clock(DirectoryState.Clock.STEPPED_BACK_TO);
        return steppedBackTo > 0 ? Math.min(steppedBackTo, now) : now;
    }

    /// Whether a time lies ahead, so that only the file system can tell when it was.
    boolean isAhead(long micros) {
        return stepped(micros) > time.epochMicros();
    }

    private long stepped(long micros) {
        boolean byWrongClock = micros >= state.clock(DirectoryState.Clock.STEP_BEGIN)
                && micros <= state.clock(DirectoryState.Clock.STEP_END);
        return byWrongClock ? micros + state.clock(DirectoryState.Clock.STEP_SIZE) : micros;
    }
}
