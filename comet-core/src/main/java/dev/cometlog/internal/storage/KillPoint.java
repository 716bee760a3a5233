package dev.cometlog.internal.storage;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Named places at which a test lets the process die, as SIGKILL would: no hook runs, nothing is unlocked.
///
/// `-Dcomet.killPoint=BEFORE_PUBLISH:3` ends the JVM when that place is reached for the third time. Without
/// the property [#ENABLED] is a constant `false` and compiled code holds nothing of this.
public enum KillPoint {
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

    /// Whether this process was started to die at a kill point.
    public static final boolean ENABLED;

    static {
        String chosen = System.getProperty(PROPERTY);
        ENABLED = chosen != null;
        if (chosen == null) {
            CHOSEN = null;
        } else {
            String[] parts = chosen.split(":", 2);
            CHOSEN = KillPoint.valueOf(parts[0]);
            REMAINING.set(parts.length == 2 ? Integer.parseInt(parts[1]) : 1);
        }
    }

    /// Dies here if this is the chosen place and it is time.
    public void reached() {
        if (ENABLED && this == CHOSEN && REMAINING.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(137);
        }
    }
}
