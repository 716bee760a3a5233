package dev.cometlog.internal.log;

import dev.cometlog.Health;
import dev.cometlog.Health.Kind;
import dev.cometlog.Health.Status;
import java.util.ArrayList;
import java.util.List;

/// What is wrong with a log's directory and the settings in it.
public final class DirectoryHealth {
    private DirectoryHealth() {}

    /// What is wrong with the directory as a whole.
    ///
    /// @param mayRefuse whether entries that a group has not read may be in the way of new ones
    public static List<Health.Reason> of(Log log, boolean mayRefuse) {
        List<Health.Reason> reasons = new ArrayList<>();
        String directory = log.directory().toString();
        DiskBudget budget = log.budget();
        DiskBudget.Bounds bounds = budget.bounds();
        if (mayRefuse && budget.allocatedBytes() >= bounds.maxTotalBytes() * ShardHealth.NEAR) {
            reasons.add(new Health.Reason(
                    Kind.DISK_NEAR_BOUND,
                    Status.DEGRADED,
                    directory,
                    "the log takes " + budget.allocatedBytes() + " bytes of maxTotalBytes=" + bounds.maxTotalBytes()
                            + ", and not every stream lets its oldest entries go"));
        }
        long free = budget.usableBytes();
        if (free < bounds.minFreeBytes()) {
            reasons.add(new Health.Reason(
                    Kind.FREE_SPACE_LOW,
                    Status.DEGRADED,
                    directory,
                    "the filesystem has " + free + " bytes left, less than minFreeBytes=" + bounds.minFreeBytes()
                            + ": the log does not grow, it only replaces what it deletes"));
        }
        return reasons;
    }

    /// What is wrong with a stream's settings.
    public static List<Health.Reason> of(Log log, LogStream stream) {
        List<Health.Reason> reasons = new ArrayList<>();
        if (!log.hasStoredSettings(stream.name())) {
            reasons.add(new Health.Reason(
                    Kind.SETTINGS_LOST,
                    Status.DEGRADED,
                    stream.name(),
                    "the settings of stream \"" + stream.name() + "\" are missing or damaged; what is in force was"
                            + " known before or is a default"));
        }
        String codec = stream.settings().codec();
        boolean isMissing = !codec.equals(StreamSettings.NO_CODEC)
                && Codecs.installed().find(codec).isEmpty();
        // Who appends is told by the shards that had to do without it.
        if (isMissing && log.config().readOnly()) {
            reasons.add(new Health.Reason(
                    Kind.MISSING_CODEC,
                    Status.FAILED,
                    stream.name(),
                    "stream \"" + stream.name() + "\" is compressed with " + codec
                            + ", which is not on the class path of this process"));
        }
        return reasons;
    }
}
