package dev.cometlog.internal.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Named places at which a test lets the process die, as SIGKILL would: no hook runs, nothing is unlocked.
///
/// `-Dcomet.killPoint=BEFORE_PUBLISH:3` ends the JVM when that place is reached for the third time, and
/// `BEFORE_PUBLISH:3:stop` stops it there until somebody sends it `CONT`. Without the property [#ENABLED] is a
/// constant `false` and compiled code holds nothing of this.
public enum KillPoint {
    OPEN_ENTERED,
    OPEN_COUNTED,
    OPEN_ALLOCATED_STORED,
    OPEN_EPOCH_STORED,
    STATE_WRITTEN,
    STATE_NAMED,
    AFTER_CLAIM,
    MID_PAYLOAD,
    BEFORE_INDEX,
    BEFORE_PUBLISH,
    BEFORE_UNLOCK,
    ROLL_HEADER_WRITTEN,
    ROLL_INDEX_RENAMED,
    ROLL_RENAMED,
    ROLL_SEALED,
    ROLL_ACTIVE_SET,
    PREPARE_CLAIMED,
    PREPARE_CREATED,
    PREPARE_INDEX_CREATED,
    PREPARE_PUBLISHED,
    SYNC_CLAIMED,
    SYNC_FORCED,
    CHECKPOINT_WRITTEN,
    RESERVE_WRITTEN,
    REPAIR_WIPED,
    RECOVERY_STARTED,
    RECOVERY_CUT,
    RECOVERY_SEALED,
    RECOVERY_QUARANTINED,
    RECOVERY_BEFORE_EPOCH,
    RETAIN_ANNOUNCED,
    RETAIN_COUNTED,
    RETAIN_START_PUBLISHED,
    RETAIN_LOG_UNLINKED,
    RETAIN_UNLINKED,
    CURE_CLAIMED,
    CURE_COPIED,
    CURE_RENAMED,
    CURE_FORCED,
    CURE_CHECKPOINTED,
    CLOSE_CHECKPOINTED;

    private static final String PROPERTY = "comet.killPoint";
    private static final @Nullable KillPoint CHOSEN;
    private static final AtomicInteger REMAINING = new AtomicInteger();

    private static final boolean STOPS;

    /// Whether this process was started to die at a kill point, or to be stopped at one.
    public static final boolean ENABLED;

    static {
        String chosen = System.getProperty(PROPERTY);
        ENABLED = chosen != null;
        if (chosen == null) {
            CHOSEN = null;
            STOPS = false;
        } else {
            String[] parts = chosen.split(":", 3);
            CHOSEN = KillPoint.valueOf(parts[0]);
            REMAINING.set(parts.length > 1 ? Integer.parseInt(parts[1]) : 1);
            STOPS = parts.length > 2;
        }
    }

    /// Dies or stops here if this is the chosen place and it is time.
    public void reached() {
        if (ENABLED && this == CHOSEN && REMAINING.decrementAndGet() == 0) {
            if (STOPS) {
                stop();
            } else {
                Runtime.getRuntime().halt(137);
            }
        }
    }

    private static void stop() {
        try {
            String self = Long.toString(ProcessHandle.current().pid());
            int _ = new ProcessBuilder("kill", "-STOP", self).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
